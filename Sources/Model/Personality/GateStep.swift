/// One check that stands before a handler. A personality lists them in its own order, which its callers can observe.
///
/// What the body decides (the sender's domain, say) is checked by the handler through the kernel.
public enum GateStep: Sendable, Hashable, CaseIterable {
    /// A key was sent, has the right form, is known, not revoked, not expired.
    case credential
    /// The key's account is active.
    case account
    /// The client's address is inside the key's networks.
    case address
    /// The rate windows of the route's class have room; this request is counted.
    case rate
    /// The key is of a kind that the route takes.
    case kind
    /// The key holds one of the actions that the route asks for.
    case scope
}

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

    /// The authentication scheme of the Authorization header field (RFC 9110 §11.4), such as `Bearer`.
    public var scheme: String
    /// A key that begins with none of these is refused before it is looked up.
    public var prefixes: [Prefix]

    public init(scheme: String, prefixes: [Prefix]) {
        self.scheme = scheme
        self.prefixes = prefixes
    }
}

/// The actions that a personality knows.
public struct ScopeVocabulary: Sendable, Equatable {
    public var words: [String]
    /// Holding this one is holding all.
    public var superset: String?
    /// What a key gets that was made without naming any.
    public var defaults: [String]

    public init(words: [String], superset: String?, defaults: [String]) {
        self.words = words
        self.superset = superset
        self.defaults = defaults
    }
}

/// What a route asks of the key.
public struct Requirement: Sendable, Equatable {
    /// Any of these actions; empty: none is needed.
    public var anyOf: [String]
    public var kinds: [AccessKey.Kind]
    /// False for a route that anybody may call.
    public var needsCredential: Bool

    public init(anyOf: [String], kinds: [AccessKey.Kind] = [.secret], needsCredential: Bool = true) {
        self.anyOf = anyOf
        self.kinds = kinds
        self.needsCredential = needsCredential
    }
}
