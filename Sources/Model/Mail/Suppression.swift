public import Base

/// An address that gets no mail from an account. What is sent to it is not attempted.
///
/// Shared by all personalities: who has complained about an account's mail gets none of it, whatever dialect it was
/// asked for in.
public struct Suppression: Sendable, Equatable {
    public typealias ID = Serial<Suppression>

    public enum Reason: String, Sendable, CaseIterable {
        /// A receiving server said that there is no such mailbox.
        case hardBounce
        /// It failed several times in a row, for reasons that say nothing of the mailbox.
        case softBounce
        case complaint
        case manual
        case unsubscribe
    }

    public var id: ID
    public var account: Account.ID
    /// Only mail from this domain is held back; nil: all of the account's.
    public var domain: MailDomain.ID?
    /// Without a name.
    public var address: MailAddress
    public var reason: Reason
    /// What a person wrote beside it.
    public var note: String?
    /// The personality that it was made through; nil: the operator.
    public var origin: PersonalityID?
    public var createdAt: Instant
    /// From then on it has no effect, and is not listed; nil: never.
    public var expiresAt: Instant?

    public init(
        id: ID, account: Account.ID, domain: MailDomain.ID?, address: MailAddress, reason: Reason, note: String?,
        origin: PersonalityID?, createdAt: Instant, expiresAt: Instant?
    ) {
        self.id = id
        self.account = account
        self.domain = domain
        self.address = address
        self.reason = reason
        self.note = note
        self.origin = origin
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    /// In effect at `now` for mail from `sender`.
    public func holdsBack(mailFrom sender: MailDomain.ID, at now: Instant) -> Bool {
        (domain == nil || domain == sender) && (expiresAt.map { $0 > now } ?? true)
    }
}

extension MailAddress {
    /// The form in which suppressed addresses are compared. Local parts are compared without case here, as nobody who
    /// wants no mail should get it for a capital letter, although RFC 5321 §2.4 lets a server tell them apart.
    public var suppressionKey: String {
        let localPart = address[..<(address.lastIndex(of: "@") ?? address.endIndex)]
        return "\(localPart.lowercased())@\(domain)"
    }
}
