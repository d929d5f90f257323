/// A checked mailbox (RFC 5322 §3.4): made by the kernel from a caller's text, never by hand from unchecked parts.
public struct MailAddress: Hashable, Sendable {
    /// The display name, decoded; nil where none was given.
    public let name: String?
    /// The addr-spec as the caller wrote it.
    public let address: String
    /// Its domain, lower case, A-labels: what look-ups use.
    public let domain: String

    /// `checkedAddress` has passed RFC 5321 §4.1.2; `domain` is its normalised right-hand side.
    public init(name: String?, checkedAddress: String, domain: String) {
        self.name = name
        self.address = checkedAddress
        self.domain = domain
    }
}
