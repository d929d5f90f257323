import CLinux
import Glibc

/// Owns one descriptor and closes it once, when its owner goes.
public struct FileDescriptor: ~Copyable, Sendable {
    public let number: Int32

    /// Takes over `number`, which is open.
    public init(owning number: Int32) { self.number = number }

    deinit {
        // close(2): on Linux the descriptor is gone even when close reports EINTR, so the result is not looked at.
        _ = close(number)
    }

    /// read(2) into `buffer`; zero bytes mean the end.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(PosixError) -> Progress<Int> {
        try SystemCall.attempt("read") { unsafe Glibc.read(number, buffer.baseAddress, buffer.count) }
    }

    /// Writes all of `bytes` to a blocking descriptor.
    public func writeAll(_ bytes: [UInt8]) throws(PosixError) {
        var written = 0
        while written < bytes.count {
            written += try SystemCall.run("write") {
                unsafe bytes.withUnsafeBytes { buffer in
                    unsafe write(number, buffer.baseAddress?.advanced(by: written), buffer.count - written)
                }
            }
        }
    }
}

/// Wakes a thread that waits in epoll_wait or read: an eventfd (eventfd(2)).
struct WakeUp: ~Copyable {
    let descriptor: FileDescriptor

    /// `blocking`: `wait` sleeps until the next ring.
    init(blocking: Bool) throws(PosixError) {
        descriptor = FileDescriptor(owning: try SystemCall.run("eventfd") { polyrelay_eventfd(0, blocking ? 0 : 1) })
    }

    /// Any thread.
    func ring() {
        var one: UInt64 = 1
        // The only failure of a valid eventfd is a counter at its maximum, and then the waiter is awake anyway.
        _ = unsafe write(descriptor.number, &one, 8)
    }

    /// Sleeps until rung (blocking), or takes the rings so far (non-blocking).
    func wait() {
        var count: UInt64 = 0
        while unsafe read(descriptor.number, &count, 8) == -1 && errno == EINTR {}
    }
}
