import Base
import Model
import Synchronization

/// Counts how often passwords are tried, right or wrong, for each of whom they are tried for. In memory: a restart
/// gives five more tries away. Any thread.
public final class PasswordTries: Sendable {
    private struct Window {
        var tries: Int
        let end: Instant
    }

    private let windows = Mutex<[String: Window]>([:])

    public init() {}

    /// Counts one more; `rateLimited` where there were too many.
    func note(_ name: String, at now: Instant) throws(KernelFailure) {
        let refused = windows.withLock { windows -> WindowState? in
            if let end = windows[name]?.end, end <= now { windows[name] = nil }
            if windows[name] == nil, windows.count >= KernelLimits.triedUsers { Self.makeRoom(&windows, now) }
            var window = windows[name] ?? Window(tries: 0, end: now + KernelLimits.passwordWindow)
            guard window.tries < KernelLimits.passwordTries else {
                return WindowState(
                    limit: KernelLimits.passwordTries, remaining: 0, resetAt: window.end,
                    retryAfter: window.end - now)
            }
            window.tries += 1
            windows[name] = window
            return nil
        }
        if let refused { throw .rateLimited(refused) }
    }

    private static func makeRoom(_ windows: inout [String: Window], _ now: Instant) {
        windows = windows.filter { $0.value.end > now }
        guard windows.count >= KernelLimits.triedUsers,
            let oldest = windows.min(by: { $0.value.end < $1.value.end })?.key
        else { return }
        windows[oldest] = nil
    }
}
