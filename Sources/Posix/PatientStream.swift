import CLinux
import Glibc

/// Standard output or error for who must never wait: takes what fits now.
///
/// A pipe is opened anew, so that what is set for it here holds for nobody else who has it; a socket is asked not to
/// wait; of a terminal, and of a pipe that cannot be opened anew, is asked whether it has room. A file always has.
///
/// Any thread. Up to 4096 bytes (PIPE_BUF, pipe(7)) are one write, which mixes with no other.
public final class PatientStream: Sendable {
    private enum Way {
        /// Writes to it do not wait by themselves.
        case own
        case socket
        case asked
    }

    private let way: Way
    private let descriptor: FileDescriptor

    public init(_ stream: StandardStream) {
        let number = stream.rawValue
        if Self.kind(of: number) == S_IFIFO,
            let opened = try? Files.open("/proc/self/fd/\(number)", O_WRONLY | O_NONBLOCK)
        {
            way = .own
            descriptor = opened
        } else {
            way = Self.kind(of: number) == S_IFSOCK ? .socket : .asked
            descriptor = FileDescriptor(owning: dup(number))
        }
    }

    private static func kind(of descriptor: Int32) -> mode_t {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
    }

    /// Writes `bytes` from `offset` on, at most as many as one write may have; how many were taken. A stream that is
    /// closed takes all: there is nobody to tell.
    public func write(_ bytes: [UInt8], from offset: Int) -> Int {
        let count = min(bytes.count - offset, Int(PIPE_BUF))
        if way == .asked, !hasRoom { return 0 }
        let taken = unsafe bytes.withUnsafeBytes { buffer in
            let start = unsafe buffer.baseAddress?.advanced(by: offset)
            return switch way {
            case .own, .asked: unsafe Glibc.write(descriptor.number, start, count)
            case .socket:
                unsafe Glibc.send(descriptor.number, start, count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
            }
        }
        if taken >= 0 { return taken }
        return errno == EAGAIN || errno == EINTR || errno == ENOBUFS ? 0 : count
    }

    private var hasRoom: Bool {
        var entry = pollfd(fd: descriptor.number, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&entry, 1, 0) != 0
    }
}
