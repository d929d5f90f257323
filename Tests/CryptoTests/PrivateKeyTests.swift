import Base
import Crypto
import Testing

@Suite("Private keys")
struct PrivateKeyTests {
    /// RFC 8032 §7.1, TEST 2
    private let seed = Hex.decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb") ?? []

    @Test("Ed25519 gives public key and signature of RFC 8032 §7.1")
    func ed25519Vector() throws {
        let key = try Ed25519PrivateKey(seed: seed)
        #expect(Hex.encode(key.publicKey) == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        #expect(
            Hex.encode(try key.sign([0x72]))
                == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
        #expect(key.seed == seed)
    }

    @Test("An Ed25519 key follows from the randomness given, and a seed of another length is refused")
    func ed25519Generate() throws {
        let first = try Ed25519PrivateKey.generate(random: SeededRandom(seed: 3))
        let second = try Ed25519PrivateKey.generate(random: SeededRandom(seed: 3))
        #expect(first.publicKey == second.publicKey)
        #expect(throws: CryptoError.malformedKey) { try Ed25519PrivateKey(seed: Array(seed.dropLast())) }
    }

    @Test("A generated RSA key has 2048 bits and signs the same after the way through DER and PEM")
    func rsaRoundTrip() throws {
        let key = try RSAPrivateKey.generate()
        let message = Array("signed".utf8)
        let signature = try key.sign(message)
        #expect(key.bits == 2048)
        #expect(signature.count == 256)
        #expect(try RSAPrivateKey(der: key.pkcs8()).sign(message) == signature)
        #expect(try RSAPrivateKey(pem: key.pem()).sign(message) == signature)
        #expect(try RSAPrivateKey(pem: key.pem()).publicKeyInfo() == key.publicKeyInfo())
    }

    @Test("A PEM text is wrapped as RFC 7468 asks")
    func pemShape() throws {
        let lines = try RSAPrivateKey.generate().pem().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "-----BEGIN PRIVATE KEY-----")
        #expect(lines.suffix(2) == ["-----END PRIVATE KEY-----", ""])
        #expect(lines.dropFirst().dropLast(3).allSatisfy { $0.count == 64 })
    }

    @Test("What is no RSA key is refused")
    func rsaRefusals() throws {
        let key = try RSAPrivateKey.generate()
        let der = try key.pkcs8()
        #expect(throws: CryptoError.malformedKey) { try RSAPrivateKey(der: []) }
        #expect(throws: CryptoError.malformedKey) { try RSAPrivateKey(der: der.dropLast(1) + []) }
        #expect(throws: CryptoError.malformedKey) { try RSAPrivateKey(der: der + [0]) }
        #expect(throws: CryptoError.malformedKey) { try RSAPrivateKey(der: key.publicKeyInfo()) }
        #expect(throws: CryptoError.malformedKey) { try RSAPrivateKey(pem: "") }
        #expect(throws: CryptoError.malformedKey) {
            try RSAPrivateKey(pem: key.pem().replacing("PRIVATE KEY", with: "ENCRYPTED PRIVATE KEY"))
        }
    }

    @Test("An RSA key below 1024 bits is refused by its size")
    func rsaTooSmall() throws {
        #expect(throws: CryptoError.keySizeRefused(bits: 512)) { try RSAPrivateKey(pem: Self.smallKey) }
    }

    /// 512 bits, made for this test.
    private static let smallKey = """
        -----BEGIN PRIVATE KEY-----
        MIIBUwIBADANBgkqhkiG9w0BAQEFAASCAT0wggE5AgEAAkEA6PDVsJlIZ1c5lLd8
        +FyNdcfRCWliRFEdyHcI+6YpnT3FCp7Y5vqn+bDGRcAr7XV63QxWB3/HNme2aOF8
        /chxjQIDAQABAj9/YzV5Xlo6KXlT2wR8ziCOSLgIbZlPwwyGlJJVDIm1cwc2ryQd
        XlV/vviiPXEZO63fXGIx3+n2u7h2lzNTQwECIQD1L7fhIq8GJvjBHhyM02+FHIVi
        AzNezH5L01a1u2M6cQIhAPM221kMgas1UMKhxGXL/Tk3T6C3BrkqjpCf8csSAd7d
        AiA/e/iHgZyB4ktcbXiE+iYQ+D6NDzkY3agB6Bm2emuJ8QIgbWNq3G5Hk91y6Vcg
        ojhRN/6sjbhECdweKuYFNjRvKvECIQDTb0rvY3sNNgzAjZtIJ5qG8sfP23EXqfeb
        I6IoyVk4ag==
        -----END PRIVATE KEY-----
        """
}
