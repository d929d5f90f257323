import COpenSSL

/// HMAC (RFC 2104 §2) over SHA-1, for services that sign so; nothing of ours is. What breaks SHA-1's resistance to
/// collisions does not break this.
public enum HMACSHA1 {
    private static let byteCount = 20

    /// 20 bytes. Any thread.
    public static func code(for message: [UInt8], key: [UInt8]) throws(CryptoError) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: byteCount)
        var written: UInt32 = 0
        let isMade = unsafe code.withUnsafeMutableBufferPointer { code in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe key.withUnsafeBytes { key in
                    unsafe HMAC(
                        EVP_sha1(), key.baseAddress, Int32(key.count), message.baseAddress, message.count,
                        code.baseAddress, &written) != nil
                }
            }
        }
        guard isMade, written == byteCount else { throw OpenSSL.failure(.sign) }
        return code
    }
}
