/// What a route asks of the key.
///
/// The gate evaluates it on what path and query show, the server on the member of the body that it names. Where the
/// domains are known only from stored rows the handler asks, before anything is changed (`AdapterKit.Access`): what it
/// answers without having asked is an internal error.
public struct Requirement: Sendable, Equatable {
    /// Where the domains come from that the action is for.
    public enum Domains: Sendable, Equatable {
        /// The action is not bound to domains.
        case none
        /// All domains at once, as for a resource that belongs to none: the word for all is asked for.
        case every
        /// A parameter of the query: a name, or several with commas between. Absent, it stands for all domains.
        case query(String)
        /// A parameter of the path, by its place: a name, or an address.
        case path(Int)
        /// A member of the body, or with dots a member of members: an address, a name, or a list of either.
        case body(String)
        /// Rows that the handler reads, as they stand and as they would become.
        case stored
        /// A list, which is narrowed to the domains that the key may see.
        case narrowed
    }

    /// Whether the key must be good for each of the domains, or for one of them.
    public enum Quantifier: Sendable, Equatable {
        case all, any
    }

    /// Any of these actions; empty: none is needed.
    public var anyOf: [String]
    /// The one that a refusal names; nil: the first of `anyOf`.
    public var reported: String?
    public var domains: Domains
    public var quantifier: Quantifier
    public var kinds: [AccessKey.Kind]
    /// False for a route that anybody may call.
    public var needsCredential: Bool
    /// The path may name a sub-account of the key's account.
    public var reachesSubAccounts: Bool

    public init(
        anyOf: [String], kinds: [AccessKey.Kind] = [.secret], needsCredential: Bool = true, reported: String? = nil,
        domains: Domains = .none, quantifier: Quantifier = .all, reachesSubAccounts: Bool = false
    ) {
        self.anyOf = anyOf
        self.kinds = kinds
        self.needsCredential = needsCredential
        self.reported = reported
        self.domains = domains
        self.quantifier = quantifier
        self.reachesSubAccounts = reachesSubAccounts
    }
}
