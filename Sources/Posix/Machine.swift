import CLinux
import Glibc

/// Facts about the machine and the process.
package enum Machine {
    /// Cores that the process may run on.
    package static var coreCount: Int {
        var set = cpu_set_t()
        guard unsafe sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 else { return 1 }
        return unsafe max(
            1, withUnsafeBytes(of: &set) { buffer in unsafe buffer.reduce(0) { $0 + $1.nonzeroBitCount } })
    }

    package static var processID: Int32 { getpid() }

    /// New files are for their owner alone unless a call says otherwise (umask(2)).
    package static func restrictNewFiles() { _ = umask(0o077) }

    package static var workingFolder: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard let path = unsafe getcwd(&buffer, buffer.count) else { return "." }
        return unsafe String(cString: path)
    }
}
