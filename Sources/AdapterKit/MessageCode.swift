import Crypto

/// Codes that prove who sent something, for routes whose callers sign in a form of their own.
public enum MessageCode {
    /// HMAC-SHA256 (RFC 2104): 32 bytes.
    public static func sha256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        HMACSHA256.code(for: message, key: key).bytes
    }

    /// Compares in a time that says nothing of where two codes differ.
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool { ConstantTime.equal(left, right) }
}
