public import Posix
public import TLS

/// One client's connection as bytes: its socket, TLS where that is spoken, and what waits to be sent. Belongs to one
/// shard, which keeps it in its own state and nowhere else.
public final class Link {
    public let id: ConnectionID
    let socket: Socket
    let meter: ConnectionMeter
    /// nil outside TLS.
    public private(set) var secure: SecureChannel?
    /// What the next `send` takes, in clear also where TLS is spoken. Owners append to it.
    public var output: [UInt8] = []
    /// Of `output`, what the socket has.
    private var sent = 0
    /// Capacity for output that is kept while the connection waits.
    private let keptBytes: Int
    /// Uptime at which what is waited for has lasted too long; nil while it may last. The owner's.
    public var deadline: Duration?
    public internal(set) var watched: Readiness = .readable
    /// nil: it counts against no bound.
    var seat: ConnectionSeat?
    /// Its output is written at the end of the turn.
    var isGathered = false

    init(_ socket: consuming Socket, _ id: ConnectionID, meter: ConnectionMeter, keptBytes: Int) {
        self.socket = socket
        self.id = id
        self.meter = meter
        self.keptBytes = keptBytes
    }

    /// Begins TLS, behind what was said before.
    public func secure(with stream: consuming TLSStream) {
        let clear = Array(output[sent...])
        releaseOutput()
        secure = SecureChannel(stream, behind: clear)
    }

    public var unsentBytes: Int { output.count - sent + (secure?.unsentBytes ?? 0) }
    public var hasUnsentOutput: Bool { sent < output.count || (secure?.unsentBytes ?? 0) > 0 }

    /// Sends what the socket takes; false if the connection is broken.
    public func send() -> Bool {
        guard let secure else { return sendPlain() }
        do {
            try encryptOutput(secure)
            try secure.flush(socket, keeping: keptBytes)
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

    private func encryptOutput(_ secure: SecureChannel) throws(TLSError) {
        guard sent < output.count else { return }
        try secure.encrypt(output[sent...])
        releaseOutput()
    }

    private func releaseOutput() {
        output.removeAll(keepingCapacity: output.count <= keptBytes)
        sent = 0
    }

    /// Says in TLS that nothing follows what stands in the output. Nothing can be sent after it.
    public func endTLS() {
        guard let secure, secure.isEstablished else { return }
        // Where TLS has failed, its alert was its last word.
        do { try encryptOutput(secure) } catch { releaseOutput() }
        secure.end()
    }

    /// The same, as far as the socket takes it now.
    public func sayEnd() {
        guard let secure, secure.isEstablished else { return }
        endTLS()
        try? secure.flush(socket, keeping: keptBytes)
    }

    /// Tells the client's kernel that nothing follows; the client may still send.
    public func endSending() { socket.endSending() }
}

/// What a shard keeps of a client: the bytes of its connection, and whatever its protocol decides by.
public protocol ServedConnection: AnyObject {
    var link: Link { get }
}
