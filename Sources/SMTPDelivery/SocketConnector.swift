import Base
import Posix
import SMTPWire

/// Makes one TCP connection, within a time. Called on the loop's thread, and comes back there.
enum SocketConnector {
    private enum Wait {
        case decided
        case timedOut
        case failed(PosixError)
    }

    /// `source`: the address of ours that it comes from; nil leaves the choice to the kernel. `name`: whose address it
    /// is, for the dialogue, where it is told how it went.
    static func connect(
        to address: SocketAddress, from source: IPAddress? = nil, loop: EventLoop, timeout: Duration,
        named name: String, _ dialogue: inout Dialogue
    ) async throws(ConnectionFault) -> Socket {
        do throws(ConnectionFault) {
            let socket = try await connect(to: address, from: source, loop: loop, timeout: timeout)
            dialogue.note("connected to \(name) at \(address)")
            return socket
        } catch {
            dialogue.note("no connection to \(name) at \(address): \(error.sentence)")
            throw error
        }
    }

    private static func connect(
        to address: SocketAddress, from source: IPAddress?, loop: EventLoop, timeout: Duration
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
