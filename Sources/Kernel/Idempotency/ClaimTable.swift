public import Base
public import Crypto
import Synchronization

/// Keys whose first request is running. In memory: a claim without an effect dies with the process, and the request may
/// be made again.
///
/// Any thread; a short lock. Waiters resume on their own executors.
public final class ClaimTable: Sendable {
    /// What came of asking for a key.
    public enum Claim: Sendable, Equatable {
        /// The caller's until it is released; the number proves it.
        case granted(UInt64)
        /// Another request's, for this long at most; nil: as long as that takes.
        case taken(remaining: Duration?)
    }

    private struct Entry {
        let number: UInt64
        /// nil: until it is released.
        let until: Duration?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private struct State {
        var entries: [Digest256: Entry] = [:]
        var number: UInt64 = 0
        /// So many claims, and ended ones are dropped before there are more.
        var crowded = KernelLimits.idempotencyClaims
    }

    private let state = Mutex(State())
    private let time: any TimeSource

    public init(time: any TimeSource) { self.time = time }

    public var count: Int { state.withLock { $0.entries.count } }

    /// Takes the key, if nobody holds it. `lease`: how long it is held at most.
    public func claim(_ key: Digest256, lease: Duration?) -> Claim {
        let now = time.uptime
        return state.withLock { state in
            let earlier = state.entries[key]
            if let earlier {
                guard let until = earlier.until else { return .taken(remaining: nil) }
                if until > now { return .taken(remaining: until - now) }
            } else if state.entries.count >= state.crowded {
                Self.dropEnded(&state, now)
            }
            state.number += 1
            state.entries[key] = Entry(
                number: state.number, until: lease.map { now + $0 }, waiters: earlier?.waiters ?? [])
            return .granted(state.number)
        }
    }

    private static func dropEnded(_ state: inout State, _ now: Duration) {
        state.entries = state.entries.filter { $1.until.map { $0 > now } ?? true || !$1.waiters.isEmpty }
        state.crowded = max(KernelLimits.idempotencyClaims, 2 * state.entries.count)
    }

    /// Frees the key, if the claim is still the one with this number, and lets those who wait for it ask again.
    public func release(_ key: Digest256, _ number: UInt64) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard let entry = state.entries[key], entry.number == number else { return [] }
            state.entries[key] = nil
            return entry.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns once the key was released; at once if nobody holds it.
    public func wait(for key: Digest256) async {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                state.entries[key]?.waiters.append(continuation)
                return state.entries[key] != nil
            }
            if !waits { continuation.resume() }
        }
    }
}
