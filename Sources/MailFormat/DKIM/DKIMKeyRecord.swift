import Base

/// A published DKIM key, as a verifier reads it (RFC 6376 §3.6.1).
public struct DKIMKeyRecord: Sendable, Equatable {
    /// `rsa` or `ed25519`, in lower case.
    public let keyType: String
    /// Empty where the key was revoked.
    public let publicKey: [UInt8]

    /// nil for what no verifier takes as a key for SHA-256 signatures of mail.
    public init?(_ text: [UInt8]) {
        guard let tags = TagList(text) else { return nil }
        // The version, where it is given, stands first.
        if let version = tags["v"], version != "DKIM1" || tags.tags.first?.name != "v" { return nil }
        if let hashes = tags["h"], !Self.names(hashes).contains("sha256") { return nil }
        if let services = tags["s"], !Self.names(services).contains(where: { $0 == "*" || $0 == "email" }) {
            return nil
        }
        guard let key = tags["p"] else { return nil }
        // White space may stand anywhere in the base64.
        guard let bytes = Base64.decode(key.utf8.filter { $0 != ASCII.space && $0 != ASCII.tab }) else { return nil }
        keyType = (tags["k"] ?? "rsa").asciiLowercased
        publicKey = bytes
    }

    private static func names(_ list: String) -> [String] {
        list.utf8.split(separator: ASCII.colon).map { name in
            String(decoding: name.filter { $0 != ASCII.space && $0 != ASCII.tab }, as: UTF8.self).asciiLowercased
        }
    }
}
