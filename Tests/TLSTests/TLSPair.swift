import TLS

/// A client and a server whose bytes are carried by hand.
struct TLSPair: ~Copyable {
    var client: TLSStream
    var server: TLSStream
    /// How the bytes are cut on their way.
    private let piece: Int

    init(_ client: consuming TLSStream, _ server: consuming TLSStream, piece: Int = .max) {
        self.client = client
        self.server = server
        self.piece = piece
    }

    /// To the handshake's end on both sides. The client's error goes to the caller; the server then gets its alert.
    mutating func handshake() throws(TLSError) {
        _ = try client.handshake()
        while true {
            let request = client.outgoing()
            if request.isEmpty { return }
            _ = try toServer(request)
            do throws(TLSError) {
                _ = try toClient(server.outgoing())
            } catch {
                _ = try? toServer(client.outgoing())
                throw error
            }
        }
    }

    /// What the server makes of ciphertext.
    mutating func toServer(_ ciphertext: [UInt8]) throws(TLSError) -> [UInt8] {
        var plaintext: [UInt8] = []
        var rest = ciphertext[...]
        while !rest.isEmpty {
            plaintext += try server.receive(Array(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        return plaintext
    }

    /// What the client makes of ciphertext.
    mutating func toClient(_ ciphertext: [UInt8]) throws(TLSError) -> [UInt8] {
        var plaintext: [UInt8] = []
        var rest = ciphertext[...]
        while !rest.isEmpty {
            plaintext += try client.receive(Array(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        return plaintext
    }
}
