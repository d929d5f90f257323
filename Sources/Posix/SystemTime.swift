public import Base
// `timespec` is in both modules, and which of them a build finds first is not ours to say.
import CLinux
import Glibc

/// The machine's clocks: CLOCK_REALTIME and CLOCK_MONOTONIC (clock_gettime(2)).
public struct SystemTime: TimeSource {
    public init() {}

    public var now: Instant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    public var uptime: Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return .nanoseconds(Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
