package import Base
// `timespec` is in both modules, and which of them a build finds first is not ours to say.
import CLinux
import Glibc

/// The machine's clocks: CLOCK_REALTIME and CLOCK_MONOTONIC (clock_gettime(2)).
package struct SystemTime: TimeSource {
    package init() {}

    package var now: Instant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package var uptime: Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return .nanoseconds(Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
