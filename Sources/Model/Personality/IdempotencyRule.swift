import Base

/// What an idempotency key means in one dialect: the vendors agree on the word and on little else.
///
/// A class, as every request of a route carries its rule along; it never changes.
public final class IdempotencyRule: Sendable {
    /// Where a key may stand.
    public enum Source: Sendable, Equatable {
        case header(String)
        /// A member of the body's outermost object, or of a batch's element.
        case body(String)
    }

    /// Whose keys are one set, beside the personality's and the account's.
    public struct Scope: Sendable, Equatable {
        /// Test and live keys are apart.
        public var byMode: Bool
        /// Each route has its own.
        public var byRoute: Bool

        public init(byMode: Bool = false, byRoute: Bool = false) {
            self.byMode = byMode
            self.byRoute = byRoute
        }
    }

    public enum Lifetime: Sendable, Equatable {
        case ttl(Duration)
        /// As long as the message that the first request made; it is the message that is found again, and no answer is
        /// kept.
        case whileEffectExists
    }

    /// What makes two requests with one key the same request.
    public enum Fingerprint: Sendable, Equatable {
        /// The key alone.
        case none
        /// Method, path and the body's bytes.
        case exactBytes
        /// Method, path and the body's meaning: without these members, in any order; null counts as absent where said.
        case canonicalJSON(ignoring: [String], nullIsAbsent: Bool)
        /// What the kernel is asked to do, however it was asked.
        case command
    }

    public enum WhenClaimed: Sendable, Equatable {
        /// A second request is refused while the first runs, but for no longer than the lease.
        case refuse(lease: Duration)
        /// It waits, and gets the first one's answer.
        case wait
    }

    public enum WhenDifferent: Sendable, Equatable {
        case refuse
        /// It gets the first one's answer, whatever it asked for.
        case replay
    }

    /// Which outcomes a key keeps. Failures of the server itself are never kept.
    public enum Stores: Sendable, Equatable {
        case success
        /// Statuses from 400 to 499 as well, but for these.
        case successAndRefusals(except: [Int])
        /// Sealed, as the answer holds a secret. A refusal is not kept and leaves the key claimed until the lease ends.
        case onlySuccessSealed
    }

    public enum Replay: Sendable, Equatable {
        /// The first answer's status and bytes. `marker`: the header field that says `true` then, and `false` on a
        /// refusal because the first request still runs.
        case bytes(marker: String?)
        /// A fresh answer about the first effect.
        case rerender
    }

    /// The first one that holds a key counts; an empty key is none.
    public let sources: [Source]
    public let keyBytesMax: Int
    public let scope: Scope
    public let lifetime: Lifetime
    public let fingerprint: Fingerprint
    public let whenClaimed: WhenClaimed
    public let whenDifferent: WhenDifferent
    public let stores: Stores
    public let replay: Replay

    public init(
        sources: [Source], keyBytesMax: Int = 255, scope: Scope = Scope(), lifetime: Lifetime,
        fingerprint: Fingerprint, whenClaimed: WhenClaimed, whenDifferent: WhenDifferent, stores: Stores,
        replay: Replay
    ) {
        self.sources = sources
        self.keyBytesMax = keyBytesMax
        self.scope = scope
        self.lifetime = lifetime
        self.fingerprint = fingerprint
        self.whenClaimed = whenClaimed
        self.whenDifferent = whenDifferent
        self.stores = stores
        self.replay = replay
    }

    /// The request's key; nil where it has none. `header` gives the value of a field, `member` that of a member of the
    /// body. `element`: the place in a batch of what the key is for; a key in a header stands for every element, each
    /// by its place.
    public func key(
        element: Int? = nil, header: (String) -> String?, member: (String) -> String?
    ) throws(KernelFailure) -> IdempotencyKey? {
        for source in sources {
            switch source {
            case .header(let name):
                guard let text = try checked(header(name)) else { continue }
                return IdempotencyKey(UserData(element.map { "\(text):\($0)" } ?? text))
            case .body(let name):
                guard let text = try checked(member(name)) else { continue }
                return IdempotencyKey(UserData(text))
            }
        }
        return nil
    }

    private func checked(_ text: String?) throws(KernelFailure) -> String? {
        guard let text, !text.isEmpty else { return nil }
        guard text.utf8.count <= keyBytesMax else { throw .idempotencyKeyInvalid(limitBytes: keyBytesMax) }
        return text
    }

    /// Whether an answer with this status is kept.
    public func stores(status: Int) -> Bool {
        switch stores {
        case .success, .onlySuccessSealed: status < 400
        case .successAndRefusals(let excepted): status < 400 || (status < 500 && !excepted.contains(status))
        }
    }
}
