import Base
import Posix

/// One timeout of one owner, moved with every reply and hardly ever reached.
///
/// Moving it later costs a look at the clock and nothing else: the loop's timer stays where it is, and when it rings
/// early, is set again for the rest. The loop's thread only.
final class DeadlineTimer {
    private let loop: EventLoop
    private let time: any TimeSource
    private let action: () -> Void
    private var deadline: Duration?
    /// The loop's timer, and when it rings.
    private var armed: (timer: TimerID, at: Duration)?

    init(loop: EventLoop, time: any TimeSource, action: @escaping () -> Void) {
        self.loop = loop
        self.time = time
        self.action = action
    }

    /// `action` runs `delay` from now, unless this is called again before.
    func set(after delay: Duration) {
        let deadline = time.uptime + delay
        self.deadline = deadline
        if let armed, armed.at <= deadline { return }
        arm(at: deadline, delay)
    }

    /// No action until `set` is called again. The loop's timer rings for nothing.
    func pause() { deadline = nil }

    /// No action any more. Also breaks the cycle of owner, timer and action.
    func clear() {
        deadline = nil
        if let armed { loop.cancel(armed.timer) }
        armed = nil
    }

    private func arm(at instant: Duration, _ delay: Duration) {
        if let armed { loop.cancel(armed.timer) }
        armed = (loop.schedule(after: delay) { self.rang() }, instant)
    }

    private func rang() {
        armed = nil
        guard let deadline else { return }
        let rest = deadline - time.uptime
        if rest > .zero { return arm(at: deadline, rest) }
        self.deadline = nil
        action()
    }
}
