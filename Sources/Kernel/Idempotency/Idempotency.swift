public import Base
public import Crypto
public import Model
public import Ports

/// Carries out a request at most once for its key, by the rule of its dialect.
///
/// Two judges: the claim table knows what is running, the store what was done. Only the store's word counts; the claims
/// spare the second of two requests at one time the work, and tell it what its dialect says of that.
///
/// Any thread; calls come back on the caller's executor.
public struct Idempotency: Sendable {
    private let store: any Store
    private let claims: ClaimTable
    private let sealing: SealingKey
    private let time: any TimeSource
    private let random: any RandomSource

    public init(
        store: any Store, claims: ClaimTable, sealing: SealingKey, time: any TimeSource, random: any RandomSource
    ) {
        self.store = store
        self.claims = claims
        self.sealing = sealing
        self.time = time
        self.random = random
    }

    /// An answer, and whether it is the first one's.
    public struct Answered: Sendable, Equatable {
        public var answer: StoredAnswer
        public var isReplay: Bool
        /// What it renders, if it is a refusal of this request; of a replay that is not known.
        public var failure: KernelFailure?

        public init(answer: StoredAnswer, isReplay: Bool, failure: KernelFailure? = nil) {
            self.answer = answer
            self.isReplay = isReplay
            self.failure = failure
        }
    }

    /// A failure in the words of the dialect, for keeping.
    public typealias Refusal = @Sendable (KernelFailure) -> StoredAnswer

    /// Answers a request with a key.
    ///
    /// `plan` makes the checks that stand behind this one and says what to do; what it throws is rendered by `refusal`
    /// and kept where the rule keeps refusals. Throws every failure that is not kept: `idempotencyInFlight` and
    /// `idempotencyMismatch`, those of a store that could not do its part, and of `plan` the rest.
    public func answer(
        _ rule: IdempotencyRule, _ record: IdempotencyRecord, refusal: @escaping Refusal,
        plan: () async throws(KernelFailure) -> Plan<StoredAnswer>
    ) async throws(KernelFailure) -> Answered {
        let claim = try await claim(rule, record.key)
        var keepsClaim = false
        defer { if !keepsClaim { claims.release(record.key, claim) } }
        if let earlier = try await earlier(rule, record) { return Answered(answer: earlier, isReplay: true) }
        do throws(KernelFailure) {
            return try await first(rule, record, refusal, plan)
        } catch {
            keepsClaim = rule.keepsClaim(afterStatus: refusal(error).status)
            throw error
        }
    }

    private func first(
        _ rule: IdempotencyRule, _ record: IdempotencyRecord, _ refusal: @escaping Refusal,
        _ plan: () async throws(KernelFailure) -> Plan<StoredAnswer>
    ) async throws(KernelFailure) -> Answered {
        let made: Plan<StoredAnswer>
        let release: Plan<StoredAnswer>.Release?
        do throws(KernelFailure) {
            made = try await plan()
            release = try await made.hold?()
        } catch {
            guard rule.stores(status: refusal(error).status), !Self.isAboutKey(error) else { throw error }
            // Nothing is to be done but to keep the answer: a refusal is a commit of its own.
            return try await commit(rule, record, .nothing(.failure(error)), refusal, nil)
        }
        return try await commit(rule, record, made, refusal, release)
    }

    /// What is said of a key is no answer of the request that it came with. Only a fault that was asked for says it
    /// here.
    private static func isAboutKey(_ failure: KernelFailure) -> Bool {
        if case .idempotencyInFlight = failure { return true }
        if case .idempotencyMismatch = failure { return true }
        return failure == .idempotencyOriginalFailed
    }

    // MARK: The claim

    private func claim(_ rule: IdempotencyRule, _ key: Digest256) async throws(KernelFailure) -> UInt64 {
        let lease: Duration? = if case .refuse(let lease) = rule.whenClaimed { lease } else { nil }
        while true {
            switch claims.claim(key, lease: lease) {
            case .granted(let number): return number
            case .taken(let remaining):
                if let lease { throw .idempotencyInFlight(retryAfter: remaining ?? lease) }
                await claims.wait(for: key)
            }
        }
    }

    // MARK: The store

    private func earlier(
        _ rule: IdempotencyRule, _ record: IdempotencyRecord
    ) async throws(KernelFailure) -> StoredAnswer? {
        guard let found = try await store.answer(record.key),
            let answer = try found.answer(to: record, rule.whenDifferent, at: time.now)
        else { return nil }
        return try opened(answer, record.key)
    }

    private func commit(
        _ rule: IdempotencyRule, _ record: IdempotencyRecord, _ plan: Plan<StoredAnswer>, _ refusal: @escaping Refusal,
        _ release: Plan<StoredAnswer>.Release?
    ) async throws(KernelFailure) -> Answered {
        let now = time.now
        let sealer = Sealer(key: sealing, random: AnyRandom(random), name: Self.associatedData(record.key))
        let keyed = KeyedPlan(
            record: record, whenDifferent: rule.whenDifferent, at: now, expiresAt: rule.expiry(from: now),
            changes: plan.changes
        ) { outcomes in
            let answer = plan.value(of: outcomes[...]).keepable(refusal)
            guard rule.stores(status: answer.status) else { return nil }
            return rule.stores == .onlySuccessSealed ? sealer.sealed(answer) : answer
        }
        let outcome = await store.outcome(of: .keyed(keyed))
        await release?(outcome.made?[...])
        switch try outcome.keyed() {
        case .fresh(let outcomes):
            let answer = plan.value(of: outcomes[...])
            let kept = answer.keepable(refusal)
            guard rule.stores(status: kept.status) else { return Answered(answer: try answer.get(), isReplay: false) }
            return Answered(answer: kept, isReplay: false, failure: answer.failure)
        case .replayed(let answer): return Answered(answer: try opened(answer, record.key), isReplay: true)
        }
    }

    private func opened(_ answer: StoredAnswer, _ key: Digest256) throws(KernelFailure) -> StoredAnswer {
        guard answer.isSealed else { return answer }
        do {
            let body = try sealing.open(answer.body, associatedData: Self.associatedData(key))
            return StoredAnswer(status: answer.status, body: body)
        } catch {
            throw .internalError(incident: "stored answer cannot be opened: is the key file the right one?")
        }
    }

    /// Names the row, so that a sealed answer moved to another key does not open.
    private static func associatedData(_ key: Digest256) -> [UInt8] { Array("answer ".utf8) + key.bytes }
}

/// Seals on the store's thread.
private struct Sealer: Sendable {
    let key: SealingKey
    let random: AnyRandom
    let name: [UInt8]

    /// nil where it cannot be sealed: then it is not kept.
    func sealed(_ answer: StoredAnswer) -> StoredAnswer? {
        guard let body = try? key.seal(answer.body, associatedData: name, random: random) else { return nil }
        return StoredAnswer(status: answer.status, body: body, isSealed: true)
    }
}

extension IdempotencyRule {
    fileprivate func expiry(from now: Instant) -> Instant {
        switch lifetime {
        case .ttl(let length): now + length
        case .whileEffectExists: Instant(nanoseconds: .max)
        }
    }

    /// A refusal of a request whose answer would have held a secret is not kept, and not tried again at once either:
    /// the key stays claimed until its lease ends.
    fileprivate func keepsClaim(afterStatus status: Int) -> Bool {
        stores == .onlySuccessSealed && (400..<500).contains(status) && status != 429
    }
}

extension ChangeOutcome {
    /// What became of a unit's changes; nil where they were not made.
    fileprivate var made: [ChangeOutcome]? {
        if case .keyed(.fresh(let outcomes)) = self { outcomes } else { nil }
    }
}

extension Result<StoredAnswer, KernelFailure> {
    fileprivate func keepable(_ refusal: Idempotency.Refusal) -> StoredAnswer {
        switch self {
        case .success(let answer): answer
        case .failure(let failure): refusal(failure)
        }
    }

    fileprivate var failure: KernelFailure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
