import Posix
public import TLS

/// The TLS side of one connection: what was read from the socket becomes plaintext here, and plaintext what is written.
/// Belongs to the connection's shard.
public final class SecureChannel {
    private var stream: TLSStream
    /// What the socket has not taken; of it, what stands before `sent` it has.
    private var output: [UInt8]
    private var sent = 0

    /// `clear`: what goes out before the handshake.
    init(_ stream: consuming TLSStream, behind clear: [UInt8] = []) {
        self.stream = stream
        output = clear
    }

    public var isEstablished: Bool { stream.isEstablished }
    public var isClosedByPeer: Bool { stream.isClosedByPeer }
    var unsentBytes: Int { output.count - sent }

    /// The plaintext that these bytes complete. What TLS answers by itself stands in the output afterwards, also where
    /// it throws: the alert.
    public func receive(_ ciphertext: ArraySlice<UInt8>) throws(TLSError) -> [UInt8] {
        defer { output += stream.outgoing() }
        return try stream.receive(Array(ciphertext))
    }

    func encrypt(_ plaintext: ArraySlice<UInt8>) throws(TLSError) { output += try stream.send(Array(plaintext)) }

    /// RFC 8446 §6.1: close_notify, so that the peer can tell our end from a cut.
    func end() { output += stream.close() }

    /// Sends what the socket takes.
    func flush(_ socket: borrowing Socket, keeping keptBytes: Int) throws(PosixError) {
        while sent < output.count {
            guard case .done(let count) = try socket.send(output, from: sent) else { return }
            sent += count
        }
        output.removeAll(keepingCapacity: output.count <= keptBytes)
        sent = 0
    }
}
