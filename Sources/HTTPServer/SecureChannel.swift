import Posix
import TLS

/// The TLS side of one connection: what was read from the socket becomes plaintext here, and plaintext what is written.
/// Belongs to the connection's shard.
final class SecureChannel {
    private var stream: TLSStream
    /// Ciphertext that the socket has not taken; what stands before `sent` it has.
    private var output: [UInt8] = []
    private var sent = 0

    init(_ stream: consuming TLSStream) { self.stream = stream }

    var hasUnsentOutput: Bool { sent < output.count }
    var isEstablished: Bool { stream.isEstablished }
    var isClosedByPeer: Bool { stream.isClosedByPeer }

    /// The plaintext that these bytes complete. What TLS answers by itself stands in the output afterwards, also where
    /// it throws: the alert.
    func receive(_ ciphertext: ArraySlice<UInt8>) throws(TLSError) -> [UInt8] {
        defer { output += stream.outgoing() }
        return try stream.receive(Array(ciphertext))
    }

    func encrypt(_ plaintext: ArraySlice<UInt8>) throws(TLSError) { output += try stream.send(Array(plaintext)) }

    /// RFC 8446 §6.1: close_notify, so that the peer can tell our end from a cut.
    func end() { output += stream.close() }

    /// Sends what the socket takes.
    func flush(_ socket: borrowing Socket) throws(PosixError) {
        while hasUnsentOutput {
            guard case .done(let count) = try socket.send(output, from: sent) else { return }
            sent += count
        }
        output.removeAll(keepingCapacity: output.count <= HTTPServerLimits.gatheredOutputBytes)
        sent = 0
    }
}
