import Base
import CLinux
import Glibc

/// A joinable thread with a name that `ps -L` and profilers show.
///
/// Unchecked Sendable: the handle is set once, in `init`, and joining is the owner's act.
public final class Thread: @unchecked Sendable {
    private let handle: pthread_t

    /// Starts a thread that runs `body` and ends.
    public init(name: String, body: @escaping @Sendable () -> Void) {
        let start = unsafe Unmanaged.passRetained(ThreadStart(name: name, body: body))
        var handle = pthread_t()
        let result = unsafe pthread_create(&handle, nil, runThread, start.toOpaque())
        // pthread_create fails only for want of memory or threads, at start, when nothing has been promised to anyone.
        precondition(result == 0, "pthread_create failed with \(result)")
        self.handle = handle
    }

    /// Lets the calling thread rest. For threads of our own that gather work, never for a loop's.
    public static func pause(_ duration: Duration) {
        let nanoseconds = duration.nanoseconds
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        // Woken early by a signal it only gathers less.
        _ = unsafe nanosleep(&time, nil)
    }

    /// Has the calling thread give way to all others, for good: on Linux the nice value is a thread's own (nice(2),
    /// "C library/kernel differences").
    public static func giveWay() { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }

    private static let niceness: Int32 = 10

    /// Waits until the thread's body has returned. Once.
    public func join() { _ = pthread_join(handle, nil) }
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
    // The kernel keeps 15 characters (pthread_setname_np(3)).
    unsafe pthread_setname_np(pthread_self(), String(start.name.prefix(15)))
    start.body()
    return nil
}
