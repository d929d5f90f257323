import TLS

/// The TLS side of one connection. Belongs to the connection's shard.
final class TLSChannel {
    private var stream: TLSStream

    init(_ stream: consuming TLSStream) { self.stream = stream }

    var isEstablished: Bool { stream.isEstablished }
    var isClosedByPeer: Bool { stream.isClosedByPeer }

    /// The plaintext that these bytes complete. What TLS answers by itself is appended to `output`, also where it
    /// fails: the alert.
    func receive(_ ciphertext: ArraySlice<UInt8>, answering output: inout [UInt8]) throws(TLSError) -> [UInt8] {
        defer { output += stream.outgoing() }
        return try stream.receive(Array(ciphertext))
    }

    func encrypt(_ plaintext: [UInt8], into output: inout [UInt8]) throws(TLSError) {
        output += try stream.send(plaintext)
    }

    /// RFC 8446 §6.1: close_notify, so that the client can tell our end from a cut.
    func end(into output: inout [UInt8]) { output += stream.close() }
}
