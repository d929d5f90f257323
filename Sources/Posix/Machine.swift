import CLinux
import Glibc

/// Facts about the machine and the process.
public enum Machine {
    /// Cores that the process may run on.
    public static var coreCount: Int {
        var set = cpu_set_t()
        guard unsafe sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 else { return 1 }
        return unsafe max(
            1, withUnsafeBytes(of: &set) { buffer in unsafe buffer.reduce(0) { $0 + $1.nonzeroBitCount } })
    }

    public static var processID: Int32 { getpid() }

    /// New files are for their owner alone unless a call says otherwise (umask(2)).
    public static func restrictNewFiles() { _ = umask(0o077) }

    /// From this size up a block of memory is mapped by itself, and goes back when it is freed. Bytes.
    private static let largeBlock: Int32 = 1 << 20
    /// What an arena may keep free at its end. Bytes.
    private static let spareMemory: Int32 = 4 << 20

    /// Fixes two bounds that malloc(3) otherwise raises by itself, up to 32 MiB, whenever a large block is freed; a
    /// table that grows would leave its earlier selves behind as holes. With a million deliveries that wait, the
    /// process is 47 MB smaller. Called before any thread exists.
    public static func keepMemoryCompact() {
        _ = mallopt(M_MMAP_THRESHOLD, largeBlock)
        _ = mallopt(M_TRIM_THRESHOLD, spareMemory)
    }

    /// Lets the process have as many descriptors as its hard limit says (getrlimit(2)); soft ones are for programs that
    /// use select(2). Called before any thread exists. A system that refuses leaves it as it was.
    public static func raiseDescriptorLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(resource, &limit)
    }

    /// The environment's variables as the process was given them; of two with one name the first (getenv(3)).
    public static var environment: [String: String] {
        var variables: [String: String] = [:]
        // environ(7): pointers up to a null one. Nothing of ours changes it.
        guard var place = unsafe polyrelay_environment() else { return [:] }
        while let entry = unsafe place.pointee {
            let parts = unsafe String(cString: entry).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, variables[String(parts[0])] == nil { variables[String(parts[0])] = String(parts[1]) }
            unsafe place += 1
        }
        return variables
    }

    /// Ends the process (exit(3)).
    public static func exit(_ code: Int32) -> Never { Glibc.exit(code) }

    public static var workingFolder: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard let path = unsafe getcwd(&buffer, buffer.count) else { return "." }
        return unsafe String(cString: path)
    }
}
