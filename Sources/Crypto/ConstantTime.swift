import COpenSSL

/// Comparison of secrets in time that depends on their length alone.
public enum ConstantTime {
    public static func equal(_ left: Digest256, _ right: Digest256) -> Bool {
        // The whole difference is gathered before the one test: no early exit.
        left.difference(from: right) == 0
    }

    /// Unequal lengths are unequal at once: the length of a signature or a token is no secret.
    public static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe left.withUnsafeBytes { left in
            unsafe right.withUnsafeBytes { right in
                // CRYPTO_memcmp(3) takes "an amount of time dependent on len, but independent of the contents".
                unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
            }
        }
    }
}
