import Foundation
import TestKit

/// A self-signed certificate for `localhost`, and its key, in a temporary folder that goes with this object.
final class TestCertificate: Sendable {
    let chain: String
    let key: String
    private let folder: URL

    init(name: String = "localhost") throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "polyrelay-smtp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        chain = folder.appending(path: "chain.pem").path
        key = folder.appending(path: "key.pem").path
        try ChildProgram.run(
            ["openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
                + ["-subj", "/CN=test", "-addext", "subjectAltName=DNS:\(name)", "-keyout", key, "-out", chain])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
