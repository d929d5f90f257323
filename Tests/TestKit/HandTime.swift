package import Base
import Synchronization

/// Clocks that stand still until a test moves them.
package final class HandTime: TimeSource {
    private struct Reading {
        var now: Instant
        var uptime: Duration
    }

    private let reading: Mutex<Reading>

    package init(now: Instant = Fixture.start, uptime: Duration = .seconds(1000)) {
        reading = Mutex(Reading(now: now, uptime: uptime))
    }

    package var now: Instant { reading.withLock { $0.now } }
    package var uptime: Duration { reading.withLock { $0.uptime } }

    /// Both clocks go on, as they do on a sound machine.
    package func advance(by duration: Duration) {
        reading.withLock { reading in
            reading.now = reading.now + duration
            reading.uptime += duration
        }
    }

    /// The wall clock is set, by a negative duration back; the other one does not notice.
    package func jump(by duration: Duration) { reading.withLock { $0.now = $0.now + duration } }
}
