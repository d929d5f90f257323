import TLS
import TestKit
import Testing

struct TLSHandshakeTests {
    private let certificates: TestCertificates

    init() throws { certificates = try TestCertificates.shared() }

    /// Client and server of the test's certificate, before the handshake.
    private func pair(
        _ verification: TLSVerification, trust: TLSTrust? = nil, commonNameOnly: Bool = false, piece: Int = .max
    ) throws -> TLSPair {
        let chain = commonNameOnly ? certificates.commonNameChain : certificates.chain
        let key = commonNameOnly ? certificates.commonNameKey : certificates.key
        let client = try TLSClientContext(trust: trust ?? .file(path: chain))
        let server = try TLSServerContext(certificateChain: chain, privateKey: key)
        return TLSPair(
            try client.makeStream(serverName: "mx.example", verification: verification), try server.makeStream(),
            piece: piece)
    }

    /// Why the client refused.
    private func refusal(
        _ verification: TLSVerification, trust: TLSTrust? = nil, commonNameOnly: Bool = false
    ) throws -> TLSError? {
        var pair = try pair(verification, trust: trust, commonNameOnly: commonNameOnly)
        do throws(TLSError) {
            try pair.handshake()
        } catch {
            return error
        }
        return nil
    }

    @Test(
        "A trusted certificate for the right name is accepted",
        arguments: ["mx.example", "a.wild.example", "192.0.2.1"])
    func verified(host: String) throws {
        var pair = try pair(.full(hostname: host))
        try pair.handshake()
        let (client, server) = (pair.client.isEstablished, pair.server.isEstablished)
        #expect(client && server)
        let isVerified = pair.client.isPeerVerified
        #expect(isVerified)
    }

    @Test(
        "A certificate for another name is refused",
        arguments: ["other.example", "mx.example.org", "wild.example", "a.b.wild.example", "192.0.2.2"])
    func wrongName(host: String) throws {
        let error = try refusal(.full(hostname: host))
        let isAddress = host.hasPrefix("192")
        #expect(error == .certificateRefused(reason: isAddress ? "IP address mismatch" : "hostname mismatch"))
        #expect(error?.isPermanent == false)
    }

    @Test("A certificate of an unknown authority is refused")
    func untrusted() throws {
        let error = try refusal(.full(hostname: "mx.example"), trust: .file(path: certificates.commonNameChain))
        #expect(error == .certificateRefused(reason: "self-signed certificate"))
        #expect(try refusal(.full(hostname: "mx.example"), trust: .system) == error)
    }

    @Test("A common name counts for nothing")
    func commonName() throws {
        #expect(
            try refusal(.full(hostname: "mx.example"), commonNameOnly: true)
                == .certificateRefused(reason: "hostname mismatch"))
    }

    @Test("Without verification any certificate will do")
    func unverified() throws {
        var pair = try pair(.none, trust: .system)
        try pair.handshake()
        let (isEstablished, isVerified) = (pair.client.isEstablished, pair.client.isPeerVerified)
        #expect(isEstablished && !isVerified)
    }

    @Test("The refused server hears the alert")
    func alert() throws {
        var pair = try pair(.full(hostname: "other.example"))
        _ = try? pair.handshake()
        #expect(throws: TLSError.self) { try pair.server.transportEnded() }
        let isEstablished = pair.server.isEstablished
        #expect(!isEstablished)
    }

    @Test("The handshake succeeds byte by byte, and tells what was negotiated")
    func byteByByte() throws {
        var pair = try pair(.full(hostname: "mx.example"), piece: 1)
        let before = pair.client.version
        #expect(before == nil)
        try pair.handshake()
        let (version, cipher) = (pair.client.version, pair.client.cipher)
        #expect(version == "TLSv1.3")
        #expect(cipher?.hasPrefix("TLS_") == true)
    }

    @Test("A server of HTTP chooses http/1.1, and refuses a client that offers only other protocols")
    func protocols() throws {
        let client = try TLSClientContext(trust: .system)
        let server = try TLSServerContext(
            certificateChain: certificates.chain, privateKey: certificates.key, speaksHTTP11: true)
        func handshake(_ protocols: [String]) throws(TLSError) -> String? {
            var pair = TLSPair(
                try client.makeStream(serverName: nil, verification: .none, protocols: protocols),
                try server.makeStream())
            try pair.handshake()
            return pair.client.applicationProtocol
        }
        #expect(try handshake(["h2", "http/1.1"]) == "http/1.1")
        #expect(try handshake([]) == nil)
        #expect(throws: TLSError.self) { try handshake(["h2"]) }
    }

    @Test("A peer that speaks no TLS fails the handshake")
    func noTLS() throws {
        let client = try TLSClientContext(trust: .system)
        var stream = try client.makeStream(serverName: nil, verification: .none)
        _ = try stream.handshake()
        var failure: TLSError?
        do throws(TLSError) { _ = try stream.receive(Array("220 mx.example ESMTP\r\n".utf8)) } catch { failure = error }
        #expect(failure == .protocolFailure(reason: "wrong version number"))
        // And it stays failed.
        var again: TLSError?
        do throws(TLSError) { _ = try stream.handshake() } catch { again = error }
        #expect(again == failure)
    }

    @Test("Unusable names are refused before any byte is sent", arguments: ["", "mx.example\u{0}.evil.example"])
    func unusableNames(host: String) throws {
        let client = try TLSClientContext(trust: .system)
        var error: TLSError?
        do throws(TLSError) {
            _ = try client.makeStream(serverName: nil, verification: .full(hostname: host))
        } catch let thrown { error = thrown }
        #expect(error == .configuration(.verifiedName, reason: "not a host name"))
    }

    @Test("Missing files, and keys that are encrypted or of another certificate, are configuration errors")
    func configuration() throws {
        func failure(_ chain: String, _ key: String) -> TLSError.ConfigurationStep? {
            do throws(TLSError) {
                _ = try TLSServerContext(certificateChain: chain, privateKey: key)
            } catch .configuration(let step, _) {
                return step
            } catch {}
            return nil
        }
        #expect(failure(certificates.chain, certificates.key) == nil)
        #expect(failure("/nowhere.pem", certificates.key) == .certificateChain)
        #expect(failure(certificates.chain, "/nowhere.pem") == .privateKey)
        #expect(failure(certificates.chain, certificates.otherKey) == .privateKey)
        #expect(failure(certificates.chain, certificates.encryptedKey) == .privateKey)
        #expect(throws: TLSError.self) { try TLSClientContext(trust: .file(path: "/nowhere.pem")) }
    }
}
