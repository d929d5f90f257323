import Foundation
import Glibc
import Model
import Ports
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
    private let process: Process

    struct Broken: Error {}

    init(name: String, options: [String] = []) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "polyrelay-https-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificate = folder.appending(path: "chain.pem").path
        let key = folder.appending(path: "key.pem").path
        let making = Self.openssl(
            ["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
                + ["-subj", "/CN=test", "-addext", "subjectAltName=DNS:\(name)", "-keyout", key, "-out", certificate])
        try making.run()
        making.waitUntilExit()
        guard making.terminationStatus == 0 else { throw Broken() }
        let serving = Self.openssl(
            ["s_server", "-accept", "0", "-www", "-cert", certificate, "-key", key] + options)
        let output = Pipe()
        serving.standardOutput = output
        try serving.run()
        // It says where it listens in a line of its own: "ACCEPT 0.0.0.0:41234", with more behind it in later versions.
        var text = ""
        var address: Substring?
        while address == nil {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Broken() }
            text += String(decoding: data, as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            address = lines.first { $0.hasPrefix("ACCEPT ") }?.split(separator: " ")[1]
        }
        guard let port = address?.split(separator: ":").last.flatMap({ Int($0) }) else { throw Broken() }
        self.port = port
        process = serving
    }

    deinit {
        // A child inherits which signals are blocked, and SIGTERM may be among them.
        _ = kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    private static func openssl(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardError = FileHandle.nullDevice
        process.standardInput = Pipe()
        process.standardOutput = FileHandle.nullDevice
        return process
    }
}
