public import Base

/// A mail's subject and texts with places left open, as one account keeps them for one personality.
///
///     draft -> published (version 1) -> edited (draft beside version 1) -> published (version 2) -> ..
///
/// What is edited is the draft, and messages are made of what was published last; each publication is a version that
/// stays as it is.
public struct Template: Sendable, Equatable {
    public typealias ID = Serial<Template>

    public var id: ID
    public var account: Account.ID
    /// The personality that shows it; others do not.
    public var origin: PersonalityID
    public var name: String
    public var createdAt: Instant
    public var updatedAt: Instant
    /// What was edited and not published; nil: nothing since the latest version.
    public var draft: TemplateContent?
    /// What messages are made of; nil before the first publication.
    public var published: TemplateVersion?

    public init(
        id: ID, account: Account.ID, origin: PersonalityID, name: String, createdAt: Instant, updatedAt: Instant,
        draft: TemplateContent?, published: TemplateVersion?
    ) {
        self.id = id
        self.account = account
        self.origin = origin
        self.name = name
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.draft = draft
        self.published = published
    }
}

/// What a template says. Each text is in the dialect of its personality (`TemplateDialect`); nil: it has none.
public struct TemplateContent: Sendable, Equatable {
    public var subject: String?
    public var html: String?
    public var text: String?
    /// What it says of its variables; those that stand in the texts and are not named here may be left out.
    public var variables: [TemplateVariable]

    public init(subject: String?, html: String?, text: String?, variables: [TemplateVariable] = []) {
        self.subject = subject
        self.html = html
        self.text = text
        self.variables = variables
    }

    /// There is something to send.
    public var hasBody: Bool { html != nil || text != nil }
}

public struct TemplateVariable: Sendable, Hashable {
    public var name: String
    /// A message is not made without it.
    public var isRequired: Bool

    public init(name: String, isRequired: Bool) {
        self.name = name
        self.isRequired = isRequired
    }
}

/// A template's content as it was published once.
public struct TemplateVersion: Sendable, Equatable {
    /// From 1.
    public var number: Int
    public var publishedAt: Instant
    public var content: TemplateContent

    public init(number: Int, publishedAt: Instant, content: TemplateContent) {
        self.number = number
        self.publishedAt = publishedAt
        self.content = content
    }
}
