import Base
import CLinux
import Glibc

/// What this process takes of the machine, as the kernel tells it (proc(5)). Reading it may block for a moment.
public struct ProcessStatus: Sendable, Equatable {
    /// On all cores, in user and in kernel mode.
    public var cpuTime: Duration
    public var residentBytes: Int
    public var virtualBytes: Int
    public var openDescriptors: Int
    /// So many may be open.
    public var descriptorsMax: Int

    /// What cannot be read is zero.
    public static func read() -> ProcessStatus {
        let pages = memoryPages()
        let pageBytes = sysconf(Int32(_SC_PAGESIZE))
        return ProcessStatus(
            cpuTime: cpuTime(), residentBytes: pages.resident * pageBytes, virtualBytes: pages.total * pageBytes,
            openDescriptors: openDescriptors(), descriptorsMax: descriptorsMax())
    }

    private static func cpuTime() -> Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .nanoseconds(Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// "/proc/pid/statm: (1) size, total program size; (2) resident" (proc(5)), in pages.
    private static func memoryPages() -> (total: Int, resident: Int) {
        let bytes = (try? Files.read("/proc/self/statm", limitBytes: statmBytes)) ?? []
        let numbers = bytes.split(separator: ASCII.space).map { Int(String(decoding: $0, as: UTF8.self)) ?? 0 }
        return numbers.count < 2 ? (0, 0) : (numbers[0], numbers[1])
    }

    private static let statmBytes = 4096

    /// Without the one that reading them takes.
    private static func openDescriptors() -> Int { max(((try? Files.names(in: "/proc/self/fd")) ?? []).count - 1, 0) }

    private static func descriptorsMax() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return Int(clamping: limit.rlim_cur)
    }
}
