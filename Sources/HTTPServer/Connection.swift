import Base
import HTTPWire
import Posix

/// One client's connection: its socket, and the pure values that decide about it. Belongs to one shard, which keeps it
/// in its own state and nowhere else.
final class Connection {
    let socket: Socket
    let service: any HTTPService
    let meter: HTTPMeter
    let peer: IPAddress?
    /// Tells this connection from later ones with the same descriptor.
    let generation: UInt64
    /// nil outside TLS.
    let secure: SecureChannel?
    var parser: RequestParser
    var state = ConnectionState()
    /// Responses that are not wholly sent; those before `sent` are.
    var output: [UInt8] = []
    var sent = 0
    /// Uptime at which the phase has lasted too long; nil while it may last.
    var deadline: Duration?
    /// The phase that `deadline` was set for.
    var timedPhase = ConnectionState.Phase.idle
    /// The head of the request at hand, for the framing of its response.
    var head: RequestHead?
    var reservedBodyBytes = 0
    /// The parser is being asked, further up the stack.
    var isProcessing = false
    /// Its answers are written at the end of the turn.
    var isGathered = false
    var watched: Readiness = .readable

    init(
        socket: consuming Socket, service: any HTTPService, meter: HTTPMeter, secure: SecureChannel?,
        peer: IPAddress?, generation: UInt64, limits: HTTPLimits
    ) {
        self.socket = socket
        self.service = service
        self.meter = meter
        self.secure = secure
        self.peer = peer
        self.generation = generation
        parser = RequestParser(limits: limits)
    }

    var id: ConnectionID { ConnectionID(descriptor: socket.number, generation: generation) }
    var hasUnsentOutput: Bool { sent < output.count || secure?.hasUnsentOutput == true }

    /// Sends what the socket takes; false if the connection is broken.
    func send() -> Bool {
        guard let secure else { return sendPlain() }
        do {
            if sent < output.count {
                try secure.encrypt(output[sent...])
                releaseOutput()
            }
            try secure.flush(socket)
            return true
        } catch {
            return false
        }
    }

    private func sendPlain() -> Bool {
        while sent < output.count {
            do throws(PosixError) {
                guard case .done(let count) = try socket.send(output, from: sent) else { return true }
                sent += count
            } catch {
                return false
            }
        }
        releaseOutput()
        return true
    }

    private func releaseOutput() {
        output.removeAll(keepingCapacity: output.count <= HTTPServerLimits.gatheredOutputBytes)
        sent = 0
    }

    /// Says in TLS that nothing follows, as far as the socket takes it now.
    func sayEnd() {
        guard let secure, secure.isEstablished else { return }
        secure.end()
        try? secure.flush(socket)
    }
}

/// Names a connection while a response to it is awaited, during which it may go away.
struct ConnectionID: Sendable {
    let descriptor: Int32
    let generation: UInt64
}
