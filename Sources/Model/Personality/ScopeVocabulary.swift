import Base

/// The actions that a personality knows, and which of them stand for others.
///
/// An action may be granted plainly (`domains:read`), or, if it is among `domainActions`, for all sender domains
/// (`messages:send:all`) or for one (`messages:send:{example.com}`, the braces being part of the word).
public struct ScopeVocabulary: Sendable, Equatable {
    /// The words that a key may hold as they stand.
    public var words: [String]
    /// Holding this one is holding all.
    public var superset: String?
    /// What a key gets that was made without naming any.
    public var defaults: [String]
    /// Actions that are granted for all domains or for one, without their ending.
    public var domainActions: [String]
    /// Words that are held by who holds one of those they are listed under.
    public var includes: [String: [String]]
    /// The words that a public key may hold, and gets where none are named; nil: all, and the defaults.
    public var publicWords: [String]?
    /// Whoever may make or change keys gives them any words, also such as its own key has not: where a contract grants
    /// that right. Mode, domains, networks and expiry hold all the same.
    public var mintsAnyWord = false

    public init(
        words: [String], superset: String?, defaults: [String], domainActions: [String] = [],
        includes: [String: [String]] = [:], publicWords: [String]? = nil
    ) {
        self.words = words
        self.superset = superset
        self.defaults = defaults
        self.domainActions = domainActions
        self.includes = includes
        self.publicWords = publicWords
    }

    static let allEnding = ":all"

    /// The word for an action on every domain.
    public static func all(_ action: String) -> String { action + allEnding }

    /// The word for an action on one domain, which is lower case.
    public static func one(_ action: String, domain: String) -> String { "\(action):{\(domain)}" }

    /// The words but for those for this one domain, lower case.
    public static func without(domain: String, _ scopes: [String]) -> [String] {
        scopes.filter { parse($0)?.domain != domain }
    }

    /// An action and a domain, of a word that grants the one for the other; nil for any other word.
    public static func parse(_ word: String) -> (action: String, domain: String)? {
        guard word.hasSuffix("}"), let brace = word.firstRange(of: ":{") else { return nil }
        let domain = word[brace.upperBound...].dropLast()
        guard !domain.isEmpty, !domain.contains("{"), !domain.contains("}") else { return nil }
        return (String(word[..<brace.lowerBound]), String(domain))
    }
}

// MARK: Holding

extension ScopeVocabulary {
    /// Whether a key with these words may do `action`, which is not bound to domains.
    public func permits(_ action: String, held: [String]) -> Bool {
        if held.contains(action) { return true }
        if let superset, held.contains(superset) { return true }
        return includes.contains { $1.contains(action) && held.contains($0) }
    }

    /// Whether a key with these words may do `action` for this domain: by the superset, the plain word, the one for all
    /// domains, or the domain's own. nil: for all domains alike.
    public func permits(_ action: String, domain: String?, held: [String]) -> Bool {
        if permits(action, held: held) || held.contains(Self.all(action)) { return true }
        guard let domain else { return false }
        return held.contains(Self.one(action, domain: domain))
    }

    /// Whether a key with these words may do `action` for any domain at all: what can be told before a request says for
    /// which.
    public func permitsSomewhere(_ action: String, held: [String]) -> Bool {
        permits(action, domain: nil, held: held) || held.contains { Self.parse($0)?.action == action }
    }

    /// The domains that a key with these words may do `action` for; nil: all of them.
    public func domains(of action: String, held: [String]) -> [String]? {
        if permits(action, domain: nil, held: held) { return nil }
        return held.compactMap(Self.parse).filter { $0.action == action }.map(\.domain)
    }
}

// MARK: Handing on

extension ScopeVocabulary {
    /// Whether a key with the words `held` may do all that the word stands for.
    public func covers(_ word: String, held: [String]) -> Bool {
        if let one = Self.parse(word) { return permits(one.action, domain: one.domain, held: held) }
        if word.hasSuffix(Self.allEnding) {
            return permits(String(word.dropLast(Self.allEnding.count)), domain: nil, held: held)
        }
        return permits(word, held: held)
    }
}

// MARK: Minting

extension ScopeVocabulary {
    /// What a key of this kind gets that was made without naming any.
    public func defaults(of kind: AccessKey.Kind) -> [String] {
        kind == .public ? publicWords ?? defaults : defaults
    }

    /// Whether a key of this kind may hold the word.
    public func mayHold(_ word: String, _ kind: AccessKey.Kind) -> Bool {
        kind != .public || publicWords.map { $0.contains(word) } ?? true
    }

    /// The words as a new key of this kind holds them: known, each once, domains lower case and the account's own; the
    /// word for one domain is left out beside the one for all. `scopeName` for the first that will not do.
    public func checked(
        _ scopes: [String], field: String, kind: AccessKey.Kind = .secret, ownsDomain: (String) -> Bool
    ) throws(KernelFailure) -> [String] {
        var checked: [String] = []
        for scope in scopes {
            let word = canonical(scope)
            guard isKnown(word, ownsDomain), mayHold(word, kind), !checked.contains(word) else {
                throw .invalid(FieldFault(field, .scopeName, value: UserData(scope)))
            }
            checked.append(word)
        }
        return checked.filter { word in
            guard let one = Self.parse(word) else { return true }
            return !checked.contains(Self.all(one.action))
        }
    }

    /// Domain names are compared without case; a final dot changes nothing.
    private func canonical(_ scope: String) -> String {
        guard let one = Self.parse(scope) else { return scope }
        let name = one.domain.asciiLowercased
        return Self.one(one.action, domain: name.hasSuffix(".") ? String(name.dropLast()) : name)
    }

    private func isKnown(_ word: String, _ ownsDomain: (String) -> Bool) -> Bool {
        if words.contains(word) { return true }
        if let one = Self.parse(word) { return domainActions.contains(one.action) && ownsDomain(one.domain) }
        return word.hasSuffix(Self.allEnding) && domainActions.contains(String(word.dropLast(Self.allEnding.count)))
    }
}
