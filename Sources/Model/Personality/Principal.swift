/// Who is calling: what the gate learned from the credential.
public struct Principal: Sendable {
    /// The key's, or a sub-account of it that the request names.
    public private(set) var account: Account.ID
    public let key: AccessKey.ID
    public let personality: PersonalityID
    public let mode: AccessKey.Mode
    public let kind: AccessKey.Kind
    public let scopes: [String]
    /// Sender domains the key is restricted to; empty means no restriction.
    public let domains: [String]

    public init(_ key: AccessKey) {
        account = key.account
        self.key = key.id
        personality = key.personality
        mode = key.mode
        kind = key.kind
        scopes = key.scopes
        domains = key.domains
    }

    /// The same caller, acting on another account.
    package func acting(on account: Account.ID) -> Principal {
        var principal = self
        principal.account = account
        return principal
    }
}
