public import Base

/// A credential that a client sends with each request. The secret itself is nowhere: only its SHA-256 is stored.
///
/// A revoked or expired key stays in the table, because some dialects tell it from an unknown one.
public struct AccessKey: Sendable, Equatable {
    public typealias ID = Serial<AccessKey>

    /// What kind of credential it is. A route names the kinds that it takes; what needs none says so in its
    /// requirement.
    public enum Kind: String, Sendable, CaseIterable {
        case secret
        /// For code that its users can read, such as a page in a browser; may do little.
        case `public`
        /// A signed statement of who is logged in to a dashboard: a JWT.
        case webToken
        /// A user name and password that SMTP AUTH takes and no API does.
        case smtp
        /// A link that was signed for one purpose, such as unsubscribing.
        case signedLink
        /// No secret at all: the operator trusts the network that the client is in.
        case trustedNetwork
    }

    public enum Mode: String, Sendable, CaseIterable {
        case live
        /// Everything happens but the handing over to a mail server.
        case test
    }

    /// Stands where mail came in without a key, from a network that the operator trusts.
    public static let noID = ID(0)

    public var id: ID
    public var account: Account.ID
    /// The one personality the key is valid for.
    public var personality: PersonalityID
    public var kind: Kind
    public var mode: Mode
    /// Words of the personality's own vocabulary.
    public var scopes: [String]
    /// Sender domains the key is restricted to, lower case; empty means no restriction.
    public var domains: [String]
    /// Client networks the key may be used from; empty means any.
    public var allowedNetworks: [IPNetwork]
    public var label: String
    /// The first characters of the secret: enough to tell keys apart, too few to guess one.
    public var prefix: String
    public var createdAt: Instant
    public var expiresAt: Instant?
    public var revokedAt: Instant?
    /// When it last let somebody in, to about a minute.
    public var lastUsedAt: Instant?
    /// Of a key of the kind `smtp`: the name that stands beside the secret, which is its password. No two keys of one
    /// personality have the same, revoked ones aside.
    public var user: String?
    /// When its label, scopes or networks were changed last; nil: never.
    public var changedAt: Instant?

    public init(
        id: ID, account: Account.ID, personality: PersonalityID, kind: Kind, mode: Mode, scopes: [String],
        domains: [String], allowedNetworks: [IPNetwork], label: String, prefix: String, createdAt: Instant,
        expiresAt: Instant?, revokedAt: Instant?, lastUsedAt: Instant? = nil, user: String? = nil,
        changedAt: Instant? = nil
    ) {
        self.id = id
        self.account = account
        self.personality = personality
        self.kind = kind
        self.mode = mode
        self.scopes = scopes
        self.domains = domains
        self.allowedNetworks = allowedNetworks
        self.label = label
        self.prefix = prefix
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
        self.user = user
        self.changedAt = changedAt
    }
}

extension AccessKey {
    /// What is changed about a key; nil leaves it.
    public struct Edit: Sendable, Equatable {
        public var label: String?
        public var scopes: [String]?
        /// In the form of `AddressList`; none: any.
        public var networks: [IPNetwork]?

        public init(label: String? = nil, scopes: [String]? = nil, networks: [IPNetwork]? = nil) {
            self.label = label
            self.scopes = scopes
            self.networks = networks
        }
    }

    /// The key as an edit leaves it that is made at that time.
    public func edited(_ edit: Edit, at: Instant) -> AccessKey {
        var key = self
        key.label = edit.label ?? label
        key.scopes = edit.scopes ?? scopes
        key.allowedNetworks = edit.networks ?? allowedNetworks
        key.changedAt = at
        return key
    }
}
