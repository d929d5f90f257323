import Base
import Crypto
import Foundation
import TLS
import TestKit
import Testing

@Suite("A certificate that signs itself")
struct SelfSignedCertificateTests {
    private let folder: TemporaryFolder
    private let server: TLSServerContext

    init() throws {
        folder = try TemporaryFolder()
        let address = try #require(IPAddress("127.0.0.1"))
        let pair = try SelfSignedCertificate.make(
            names: [.host("mail.example"), .host("localhost"), .address(address)],
            serial: SeededRandom(seed: 1).bytes(SelfSignedCertificate.serialBytes),
            now: Instant(seconds: Int64(Date().timeIntervalSince1970)))
        try pair.certificate.write(toFile: folder.file("certificate.pem"), atomically: true, encoding: .utf8)
        try pair.key.write(toFile: folder.file("key.pem"), atomically: true, encoding: .utf8)
        server = try TLSServerContext(
            certificateChain: folder.file("certificate.pem"), privateKey: folder.file("key.pem"))
    }

    private func handshake(with host: String, trust: TLSTrust) throws {
        let client = try TLSClientContext(trust: trust)
        var pair = TLSPair(
            try client.makeStream(serverName: host, verification: .full(hostname: host)), try server.makeStream())
        try pair.handshake()
        let isVerified = pair.client.isPeerVerified
        #expect(isVerified)
    }

    @Test("Who trusts it accepts it under each of its names", arguments: ["mail.example", "localhost", "127.0.0.1"])
    func names(_ host: String) throws {
        try handshake(with: host, trust: .file(path: folder.file("certificate.pem")))
    }

    @Test("Under another name it is refused", arguments: ["other.example", "127.0.0.2"])
    func others(_ host: String) {
        #expect(throws: TLSError.self) {
            try handshake(with: host, trust: .file(path: folder.file("certificate.pem")))
        }
    }

    @Test("Who does not know it refuses it")
    func strangers() throws {
        let certificates = try TestCertificates.shared()
        #expect(throws: TLSError.self) {
            try handshake(with: "localhost", trust: .file(path: certificates.chain))
        }
    }
}
