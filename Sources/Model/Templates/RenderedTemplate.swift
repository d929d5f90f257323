/// What a template came to with its variables.
public struct RenderedTemplate: Sendable, Equatable {
    public var subject: String?
    public var html: String?
    public var text: String?
    /// Which version it was made of.
    public var use: TemplateUse
    /// Names without a value, in the order of subject, HTML and text.
    public var missing: [String]

    public init(subject: String?, html: String?, text: String?, use: TemplateUse, missing: [String]) {
        self.subject = subject
        self.html = html
        self.text = text
        self.use = use
        self.missing = missing
    }
}

/// A text of a message that a template may have.
public enum TemplatePart: Sendable, Equatable {
    case subject, html, text
}
