import Glibc

/// A system call that failed: which one, and why. Whether that is temporary is the caller's to judge, call by call.
public struct PosixError: Error, Equatable, CustomStringConvertible {
    /// The name of the call, as in its manual page.
    public let call: String
    /// `errno`.
    public let number: Int32

    public init(_ call: StaticString, number: Int32) {
        self.call = "\(call)"
        self.number = number
    }

    /// The other end of a connection did something; nothing is wrong here.
    public var isConnectionError: Bool { number == ECONNABORTED || number == ECONNRESET || number == EPROTO }

    /// There is nothing of that name.
    public var isMissing: Bool { number == ENOENT }

    /// Another socket is bound to the address.
    public var isAddressInUse: Bool { number == EADDRINUSE }

    public var description: String { "\(call): \(unsafe String(cString: strerror(number)))" }
}

/// What a call on a non-blocking descriptor came to.
public enum Progress<Value> {
    case done(Value)
    /// Nothing could be done now: wait until the descriptor is ready.
    case wouldBlock
}

/// The one place where a return value becomes a value, a would-block, or an error.
enum SystemCall {
    /// Runs `body` until it is not interrupted by a signal, and throws what it reports otherwise.
    ///
    /// EBADF and EFAULT stop the program: a closed descriptor or a wild pointer is always a mistake of ours, and going
    /// on could write into another file.
    static func run<Result: FixedWidthInteger>(_ name: StaticString, _ body: () -> Result) throws(PosixError) -> Result
    {
        while true {
            let result = body()
            if result != -1 { return result }
            let number = errno
            if number == EINTR { continue }
            precondition(number != EBADF && number != EFAULT, "\(name): descriptor or address of ours is wrong")
            throw PosixError(name, number: number)
        }
    }

    /// The same, with would-block as a value.
    static func attempt<Result: FixedWidthInteger>(
        _ name: StaticString, _ body: () -> Result
    ) throws(PosixError) -> Progress<Result> {
        do {
            return .done(try run(name, body))
        } catch {
            if error.number == EAGAIN || error.number == EWOULDBLOCK { return .wouldBlock }
            throw error
        }
    }
}
