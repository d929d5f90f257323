import Base
import Crypto
import Testing

@Suite("Digests and authentication codes")
struct DigestTests {
    @Test("SHA-256 gives the values of FIPS 180-4's examples")
    func sha256Examples() {
        #expect(SHA256.digest("abc").hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(SHA256.digest([]).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        let twoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
        #expect(SHA256.digest(twoBlocks).hex == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    }

    @Test("Feeding in pieces gives the digest of the whole")
    func incremental() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        for cut in [0, 1, 63, 64, 65, 500, 1000] {
            var hasher = SHA256()
            hasher.update(Array(bytes[..<cut]))
            hasher.update(Array(bytes[cut...]))
            #expect(hasher.finish() == SHA256.digest(bytes))
        }
    }

    @Test("A digest survives the way through its bytes")
    func digestBytes() {
        let digest = SHA256.digest("round trip")
        #expect(Digest256(bytes: digest.bytes) == digest)
        #expect(Digest256(bytes: digest.bytes.dropLast()) == nil)
        #expect(Digest256(bytes: digest.bytes + [0]) == nil)
    }

    @Test("Digests that differ in any one bit are unequal, to both comparisons")
    func digestEquality() throws {
        let digest = SHA256.digest("one bit")
        for bit in 0..<256 {
            var bytes = digest.bytes
            bytes[bit / 8] ^= 1 << (bit % 8)
            let other = try #require(Digest256(bytes: bytes))
            #expect(other != digest)
            #expect(!ConstantTime.equal(other, digest))
            #expect(!ConstantTime.equal(bytes, digest.bytes))
        }
        #expect(ConstantTime.equal(digest, SHA256.digest("one bit")))
        #expect(ConstantTime.equal(digest.bytes, digest.bytes))
        #expect(!ConstantTime.equal([1, 2], [1, 2, 3]))
    }

    @Test("HMAC-SHA-256 gives the values of RFC 4231 §4")
    func hmacVectors() {
        let first = HMACSHA256.code(for: Array("Hi There".utf8), key: [UInt8](repeating: 0x0B, count: 20))
        #expect(first.hex == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        let second = HMACSHA256.code(for: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        #expect(second.hex == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        let longKey = HMACSHA256.code(
            for: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            key: [UInt8](repeating: 0xAA, count: 131))
        #expect(longKey.hex == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test("HKDF-SHA-256 gives the values of RFC 5869 appendix A")
    func hkdfVectors() throws {
        let secret = [UInt8](repeating: 0x0B, count: 22)
        let salt = try #require(Hex.decode("000102030405060708090a0b0c"))
        let info = try #require(Hex.decode("f0f1f2f3f4f5f6f7f8f9"))
        #expect(
            Hex.encode(HKDFSHA256.derive(42, secret: secret, salt: salt, info: info))
                == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
        #expect(
            Hex.encode(HKDFSHA256.derive(42, secret: secret, info: []))
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    }

    @Test("The system's randomness has the length asked for and does not repeat")
    func systemRandom() {
        let random = SystemRandom()
        #expect(random.bytes(0).isEmpty)
        #expect(random.bytes(33).count == 33)
        #expect(random.bytes(16) != random.bytes(16))
    }
}
