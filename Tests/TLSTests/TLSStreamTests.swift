import TLS
import TestKit
import Testing

struct TLSStreamTests {
    private let certificates: TestCertificates

    init() throws { certificates = try TestCertificates.shared() }

    /// Client and server after their handshake.
    private func established(piece: Int = .max) throws -> TLSPair {
        let client = try TLSClientContext(trust: .file(path: certificates.chain))
        let server = try TLSServerContext(certificateChain: certificates.chain, privateKey: certificates.key)
        var pair = TLSPair(
            try client.makeStream(serverName: "mx.example", verification: .full(hostname: "mx.example")),
            try server.makeStream(), piece: piece)
        try pair.handshake()
        return pair
    }

    private let large = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }

    @Test("Large data arrives whole, both ways", arguments: [Int.max, 4096, 1000])
    func largeData(piece: Int) throws {
        var pair = try established(piece: piece)
        let up = try pair.toServer(pair.client.send(large))
        #expect(up == large)
        let down = try pair.toClient(pair.server.send(large))
        #expect(down == large)
    }

    @Test("Many small messages arrive in order")
    func smallMessages() throws {
        var pair = try established(piece: 1)
        for number in 0..<50 {
            let message = Array("message \(number)\r\n".utf8)
            let received = try pair.toServer(pair.client.send(message))
            #expect(received == message)
        }
    }

    @Test("Nothing sent is nothing received")
    func empty() throws {
        var pair = try established()
        let ciphertext = try pair.client.send([])
        #expect(ciphertext.isEmpty)
    }

    @Test("No plaintext is visible on the way")
    func encrypted() throws {
        var pair = try established()
        let ciphertext = try pair.client.send(Array("AUTH PLAIN secret".utf8))
        #expect(String(decoding: ciphertext, as: UTF8.self).contains("secret") == false)
    }

    @Test("close_notify ends the stream cleanly, and the other direction goes on")
    func closeNotify() throws {
        var pair = try established()
        let last = try pair.client.send([1, 2, 3])
        let received = try pair.toServer(last + pair.client.close())
        #expect(received == [1, 2, 3])
        let isClosed = pair.server.isClosedByPeer
        #expect(isClosed)
        try pair.server.transportEnded()
        let answer = try pair.toClient(pair.server.send([4]))
        #expect(answer == [4])
    }

    @Test("Closing twice says it once, and nothing can be sent after it")
    func closed() throws {
        var pair = try established()
        let (first, second) = (pair.client.close(), pair.client.close())
        #expect(!first.isEmpty && second.isEmpty)
        var failure: TLSError?
        do throws(TLSError) { _ = try pair.client.send([1]) } catch { failure = error }
        #expect(failure == .closed)
    }

    @Test("A transport that ends without close_notify cut the stream")
    func truncated() throws {
        var pair = try established()
        let received = try pair.toServer(pair.client.send([1, 2, 3]))
        #expect(received == [1, 2, 3])
        var failure: TLSError?
        do throws(TLSError) { try pair.server.transportEnded() } catch { failure = error }
        #expect(failure == .truncated)
    }

    @Test("Nothing can be sent before the handshake is complete")
    func tooEarly() throws {
        let client = try TLSClientContext(trust: .system)
        var stream = try client.makeStream(serverName: "mx.example", verification: .none)
        var failure: TLSError?
        do throws(TLSError) { _ = try stream.send([1]) } catch { failure = error }
        #expect(failure == .notEstablished)
    }

    @Test("A changed record fails the stream, after the genuine data before it")
    func tampered() throws {
        var pair = try established()
        let genuine = try pair.client.send([1, 2, 3])
        var changed = try pair.client.send([4, 5, 6])
        changed[changed.count - 1] ^= 1
        let received = try pair.toServer(genuine + changed)
        #expect(received == [1, 2, 3])
        var failure: TLSError?
        do throws(TLSError) { _ = try pair.toServer([0]) } catch { failure = error }
        #expect(failure == .protocolFailure(reason: "decryption failed or bad record mac"))
        let alert = pair.server.outgoing()
        #expect(!alert.isEmpty)
    }
}
