import Base
import Posix

/// Makes one TCP connection, within a time. Called on the loop's thread, and comes back there.
enum SocketConnector {
    private enum Wait {
        case decided
        case timedOut
        case failed(PosixError)
    }

    /// `source`: the address of ours that it comes from; nil leaves the choice to the kernel.
    static func connect(
        to address: SocketAddress, from source: IPAddress? = nil, loop: EventLoop, timeout: Duration
    ) async throws(ConnectionFault) -> Socket {
        do {
            let socket = try Socket.connect(to: address, from: source)
            switch await untilWritable(socket.number, loop, timeout) {
            case .decided: if let error = try socket.connectError() { throw error }
            case .timedOut: throw ConnectionFault.connectTimedOut
            case .failed(let error): throw error
            }
            return socket
        } catch let error as PosixError {
            throw .connect(error)
        } catch {
            throw .connectTimedOut
        }
    }

    /// connect(2) on EINPROGRESS: "select for completion by selecting the socket for writing".
    private static func untilWritable(_ number: Int32, _ loop: EventLoop, _ timeout: Duration) async -> Wait {
        await withCheckedContinuation { continuation in
            let timer = loop.schedule(after: timeout) {
                loop.unregister(number)
                continuation.resume(returning: .timedOut)
            }
            do throws(PosixError) {
                try loop.register(number, .writable) { _ in
                    loop.unregister(number)
                    loop.cancel(timer)
                    continuation.resume(returning: .decided)
                }
            } catch {
                loop.cancel(timer)
                continuation.resume(returning: .failed(error))
            }
        }
    }
}
