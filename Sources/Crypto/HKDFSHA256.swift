/// HKDF (RFC 5869 §2) over HMAC-SHA-256: many independent keys out of one secret, each under its own `info`.
public enum HKDFSHA256 {
    /// `count` bytes, at most `CryptoLimits.derivedKeyBytesMax`.
    public static func derive(_ count: Int, secret: [UInt8], salt: [UInt8] = [], info: [UInt8]) -> [UInt8] {
        precondition((0...CryptoLimits.derivedKeyBytesMax).contains(count), "RFC 5869 §2.3 bounds the output")
        // RFC 5869 §2.2: extract. An absent salt is a block of zeros, which is what HMAC makes of an empty key.
        let extracted = HMACSHA256(key: HMACSHA256.code(for: secret, key: salt).bytes)
        // RFC 5869 §2.3: expand. T(n) = HMAC(PRK, T(n-1) | info | n)
        var output: [UInt8] = []
        var block: [UInt8] = []
        var counter: UInt8 = 0
        while output.count < count {
            counter += 1
            block = extracted.code(for: block + info + [counter]).bytes
            output.append(contentsOf: block)
        }
        return Array(output.prefix(count))
    }

    /// `derive` with the UTF-8 bytes of a label as `info`.
    public static func derive(_ count: Int, secret: [UInt8], label: String) -> [UInt8] {
        derive(count, secret: secret, info: Array(label.utf8))
    }
}
