/// How a personality's keys look and where they are sent.
public struct CredentialForm: Sendable, Equatable {
    /// What a kind and mode of key begins with.
    public struct Prefix: Sendable, Equatable {
        public var text: String
        public var kind: AccessKey.Kind
        public var mode: AccessKey.Mode

        public init(_ text: String, kind: AccessKey.Kind, mode: AccessKey.Mode) {
            self.text = text
            self.kind = kind
            self.mode = mode
        }
    }

    /// Which key counts where a request has both the Authorization field and the key field.
    public enum Precedence: Sendable, Equatable {
        case authorization
        case keyField
        /// Authorization if its token begins as a key of ours does, else the key field: some clients log in to
        /// something before us with Authorization.
        case wellFormedAuthorization
    }

    /// The authentication scheme of the Authorization header field (RFC 9110 §11.4), such as `Bearer`.
    public var scheme: String
    /// What minted keys begin with. A key that begins with none of these is refused before it is looked up, unless
    /// `takesAnyForm` says otherwise.
    public var prefixes: [Prefix]
    /// A header field whose whole value is the key, such as `X-API-Key`, taken beside Authorization; nil: there is
    /// none.
    public var keyField: String?
    public var precedence: Precedence
    /// A key may be any opaque text: its form is not looked at, and an imported one need not begin like a minted one.
    public var takesAnyForm: Bool
    /// How many characters a minted key has behind its prefix.
    public var secretCharacters: Int
    /// A session's token (`AccessKey.Kind.webToken`) is taken where a key is.
    public var takesWebTokens: Bool

    public init(
        scheme: String, prefixes: [Prefix], keyField: String? = nil, precedence: Precedence = .authorization,
        takesAnyForm: Bool = false, secretCharacters: Int = 40, takesWebTokens: Bool = false
    ) {
        self.scheme = scheme
        self.prefixes = prefixes
        self.keyField = keyField
        self.precedence = precedence
        self.takesAnyForm = takesAnyForm
        self.secretCharacters = secretCharacters
        self.takesWebTokens = takesWebTokens
    }
}
