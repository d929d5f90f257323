import Base

/// The textual encoding of keys (RFC 7468), read by hand because the library's reader asks on the terminal for the
/// password of an encrypted key.
enum PEM {
    private static let privateKeyLabel = "PRIVATE KEY"
    private static let labels = [privateKeyLabel, "RSA PRIVATE KEY"]
    /// RFC 7468 §2: generators wrap at exactly 64 characters.
    private static let columns = 64

    /// The DER of the first unencrypted private key in `text`.
    static func privateKey(in text: String) -> [UInt8]? {
        for label in labels {
            guard let begin = text.firstRange(of: "-----BEGIN \(label)-----") else { continue }
            let rest = text[begin.upperBound...]
            guard let end = rest.firstRange(of: "-----END \(label)-----") else { return nil }
            return Base64.decode(Array(rest[..<end.lowerBound].utf8))
        }
        return nil
    }

    /// RFC 7468 §10
    static func text(privateKey der: [UInt8]) -> String { text(der, label: privateKeyLabel) }

    static func text(_ der: [UInt8], label: String) -> String {
        let lines = Base64.encodeLines(der, columns: columns).filter { $0 != ASCII.carriageReturn }
        let body = String(decoding: lines, as: UTF8.self)
        return "-----BEGIN \(label)-----\n\(body)-----END \(label)-----\n"
    }
}
