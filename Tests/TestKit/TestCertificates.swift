import Foundation
import Synchronization

/// Self-signed certificates in a temporary folder, made by the `openssl` command and removed with this object.
package final class TestCertificates: Sendable {
    /// Names `mx.example`, `*.wild.example` and 192.0.2.1.
    package let chain: String
    package let key: String
    /// The same kind of key, but not the certificate's.
    package let otherKey: String
    /// Names `mx.example` in its subject alone.
    package let commonNameChain: String
    package let commonNameKey: String
    /// A key that asks for a passphrase.
    package let encryptedKey: String
    private let folder: URL

    package init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "polyrelay-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let folder = folder
        func path(_ name: String) -> String { folder.appending(path: name).path }
        (chain, key, otherKey) = (path("chain.pem"), path("key.pem"), path("other.pem"))
        (commonNameChain, commonNameKey, encryptedKey) = (path("cn.pem"), path("cn-key.pem"), path("encrypted.pem"))
        let names = "subjectAltName=DNS:mx.example,DNS:*.wild.example,IP:192.0.2.1"
        let request =
            ["openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        try ChildProgram.run(request + ["-subj", "/CN=test", "-addext", names, "-keyout", key, "-out", chain])
        try ChildProgram.run(request + ["-subj", "/CN=mx.example", "-keyout", commonNameKey, "-out", commonNameChain])
        try ChildProgram.run([
            "openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", otherKey,
        ])
        try ChildProgram.run([
            "openssl", "pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out", encryptedKey,
        ])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// One set for all tests that run at the same time; the last of them to end removes it.
    package static func shared() throws -> TestCertificates {
        try current.withLock { current in
            if let certificates = current.certificates { return certificates }
            let made = try TestCertificates()
            current.certificates = made
            return made
        }
    }

    private struct Current {
        weak var certificates: TestCertificates?
    }

    private static let current = Mutex(Current())
}
