/// HMAC (RFC 2104 §2) over SHA-256: webhook signatures, and the building block of `HKDFSHA256`.
///
/// A prepared key may be used from any thread and any number of times.
public struct HMACSHA256: Sendable {
    /// SHA-256 works on blocks of 64 bytes (FIPS 180-4 §1).
    private static let blockBytes = 64

    private let innerKey: [UInt8]
    private let outerKey: [UInt8]

    public init(key: [UInt8]) {
        // RFC 2104 §2: a key longer than one block is hashed first, a shorter one is filled up with zeros.
        var block = key.count > Self.blockBytes ? SHA256.digest(key).bytes : key
        block.append(contentsOf: repeatElement(0, count: Self.blockBytes - block.count))
        innerKey = block.map { $0 ^ 0x36 }
        outerKey = block.map { $0 ^ 0x5C }
    }

    public func code(for message: Span<UInt8>) -> Digest256 {
        var inner = SHA256()
        inner.update(innerKey)
        inner.update(message)
        return SHA256.digest(outerKey + inner.finish().bytes)
    }

    public func code(for message: [UInt8]) -> Digest256 { code(for: message.span) }

    public static func code(for message: [UInt8], key: [UInt8]) -> Digest256 {
        HMACSHA256(key: key).code(for: message)
    }
}
