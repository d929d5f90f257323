public import Base
public import Model
import Synchronization

/// Decides which refusals of bad keys wait, and for how long; one for all personalities and shards. Any thread.
/// Requests with good keys never come here.
public final class RefusalDelay: Sendable {
    private struct State {
        var badKeys = BadKeys()
        var waiting = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// Counts a failure if it is that of a guessed key. The wait, during which the caller holds a place that it gives
    /// back with `end`; nil where there is nothing to wait for, or too many wait already.
    public func begin(_ failure: KernelFailure, from address: IPAddress?, at uptime: Duration) -> Duration? {
        guard Self.isGuess(failure) else { return nil }
        return state.withLock { state in
            let delay = state.badKeys.delay(for: address, at: uptime)
            guard delay > .zero, state.waiting < KernelLimits.refusalsWaiting else { return nil }
            state.waiting += 1
            return delay
        }
    }

    public func end() { state.withLock { $0.waiting -= 1 } }

    /// A request without a key guesses nothing.
    private static func isGuess(_ failure: KernelFailure) -> Bool {
        switch failure {
        case .credentialMalformed, .credentialUnknown, .credentialRevoked, .credentialExpired, .passwordRefused: true
        default: false
        }
    }
}
