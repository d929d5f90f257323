import Crypto

/// Codes that prove who sent something, for routes whose callers sign in a form of their own.
public enum MessageCode {
    /// HMAC-SHA256 (RFC 2104): 32 bytes.
    public static func sha256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        HMACSHA256.code(for: message, key: key).bytes
    }

    /// HMAC-SHA1 (RFC 2104): 20 bytes, for services that sign so. nil where it cannot be made, which is for want of
    /// memory.
    public static func sha1(_ message: [UInt8], key: [UInt8]) -> [UInt8]? {
        try? HMACSHA1.code(for: message, key: key)
    }

    /// Compares in a time that says nothing of where two codes differ.
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool { ConstantTime.equal(left, right) }
}
