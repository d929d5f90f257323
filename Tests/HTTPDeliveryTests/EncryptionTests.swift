import Foundation
import Model
import Ports
import TestKit
import Testing

@Suite("HTTP transport: TLS")
struct EncryptionTests {
    @Test("A certificate of the CA file is trusted for its own name")
    func ownAuthority() async throws {
        let server = try TLSSite(name: "localhost")
        let bench = try TransportBench(allow: ["127.0.0.0/8", "::1/128"], caFile: server.certificate)
        let exchange = await bench.perform("https://localhost:\(server.port)/", method: "GET", body: "")
        #expect(exchange.answer?.status == 200)
    }

    @Test("The same certificate is worth nothing for another name")
    func wrongName() async throws {
        let server = try TLSSite(name: "other.example")
        let bench = try TransportBench(allow: ["127.0.0.0/8", "::1/128"], caFile: server.certificate)
        #expect(await bench.perform("https://localhost:\(server.port)/", method: "GET", body: "").failure == .tls)
    }

    @Test("Without the CA file nobody vouches for it")
    func unknownAuthority() async throws {
        let server = try TLSSite(name: "localhost")
        let bench = try TransportBench(allow: ["127.0.0.0/8", "::1/128"])
        #expect(await bench.perform("https://localhost:\(server.port)/", method: "GET", body: "").failure == .tls)
    }

    @Test("TLS 1.1 is not spoken")
    func oldVersion() async throws {
        let server = try TLSSite(name: "localhost", options: ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"])
        let bench = try TransportBench(allow: ["127.0.0.0/8", "::1/128"], caFile: server.certificate)
        #expect(await bench.perform("https://localhost:\(server.port)/", method: "GET", body: "").failure == .tls)
    }

    @Test("Who speaks in the clear where TLS is due has failed the handshake")
    func plain() async throws {
        let sink = try await HTTPSink { _ in .ok }
        let bench = try TransportBench()
        let failure = await bench.perform("https://127.0.0.1:\(sink.port)/", timeout: .seconds(2)).failure
        #expect(failure == .tls || failure == .timeout)
    }
}

/// `openssl s_server` with a certificate that signs itself. It answers any GET.
final class TLSSite: Sendable {
    let certificate: String
    let port: Int
    private let folder: URL
    private let server: ChildProgram

    struct Broken: Error {}

    init(name: String, options: [String] = []) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "polyrelay-https-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificate = folder.appending(path: "chain.pem").path
        let key = folder.appending(path: "key.pem").path
        try ChildProgram.run(
            ["openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
                + ["-subj", "/CN=test", "-addext", "subjectAltName=DNS:\(name)", "-keyout", key, "-out", certificate])
        server = try ChildProgram(
            ["openssl", "s_server", "-accept", "0", "-www", "-cert", certificate, "-key", key] + options)
        // It says where it listens in a line of its own: "ACCEPT 0.0.0.0:41234", with more behind it in later versions.
        var text = ""
        var address: Substring?
        while address == nil {
            guard let said = server.said() else { throw Broken() }
            text += said
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            address = lines.first { $0.hasPrefix("ACCEPT ") }?.split(separator: " ")[1]
        }
        guard let port = address?.split(separator: ":").last.flatMap({ Int($0) }) else { throw Broken() }
        self.port = port
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
