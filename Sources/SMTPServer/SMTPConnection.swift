import Base
import Posix
import SMTPWire

/// One client's connection: its socket, and the pure values that decide about it. Belongs to one shard.
final class SMTPConnection {
    enum Stage {
        /// Whether the first byte is a ClientHello's is not known yet.
        case undecided
        case open
        /// Our last words are on their way, and what the client still sends is dropped.
        case closing
    }

    let socket: Socket
    let listener: SMTPListener
    let meter: SMTPMeter
    /// Tells this connection from later ones with the same descriptor.
    let generation: UInt64
    var client: SMTPClient
    var session: ServerSession
    var channel: TLSChannel?
    var stage: Stage
    /// What the socket has not taken yet; those before `sent` it has.
    var output: [UInt8] = []
    var sent = 0
    /// Its replies are written at the end of the turn.
    var isGathered = false
    var hasEndedSending = false
    var watched: Readiness = .readable
    /// Counted against its address.
    var isCounted = false
    /// Octets counted against the shard's memory.
    var countedOctets = 0

    /// What the deadline was set for.
    var timedPhase = ServerPhase.greeting
    var timedCommand: UInt64 = 0
    /// Uptime at which the phase has lasted too long; nil while it may last.
    var deadline: Duration?
    /// Uptime at which the phase began.
    var phaseBegan: Duration = .zero

    init(
        socket: consuming Socket, listener: SMTPListener, meter: SMTPMeter, client: SMTPClient, channel: TLSChannel?,
        generation: UInt64
    ) {
        self.socket = socket
        self.listener = listener
        self.meter = meter
        self.client = client
        self.channel = channel
        self.generation = generation
        session = ServerSession(
            listener.configuration, isSecure: channel != nil, isTrusted: client.isTrusted)
        stage = listener.encryption == .either ? .undecided : .open
    }

    var id: ConnectionID { ConnectionID(descriptor: socket.number, generation: generation) }
    var hasUnsentOutput: Bool { sent < output.count }

    /// Puts replies behind what waits to be sent; false where TLS has failed.
    func append(_ bytes: [UInt8]) -> Bool {
        guard let channel else {
            output += bytes
            return true
        }
        return (try? channel.encrypt(bytes, into: &output)) != nil
    }

    /// Sends what the socket takes; false if the connection is broken.
    func send() -> Bool {
        while sent < output.count {
            do throws(PosixError) {
                guard case .done(let count) = try socket.send(output, from: sent) else { return true }
                sent += count
            } catch {
                return false
            }
        }
        output.removeAll(keepingCapacity: output.capacity <= SMTPServerLimits.outputKeptBytes)
        sent = 0
        return true
    }
}

/// Names a connection while something is awaited for it, during which it may go away.
struct ConnectionID: Sendable {
    let descriptor: Int32
    let generation: UInt64
}
