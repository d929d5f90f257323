import Base
import Crypto
import Testing

@Suite("Crypto: passwords and codes of others")
struct PasswordTests {
    @Test("scrypt gives the vectors of RFC 7914 §12")
    func scrypt() throws {
        let vectors: [(String, String, Scrypt.Cost, String)] = [
            ("", "", Scrypt.Cost(logN: 4, r: 1, p: 1), "77d6576238657b203b19ca42c18a0497"),
            ("password", "NaCl", Scrypt.Cost(logN: 10, r: 8, p: 16), "fdbabe1c9d3472007856e7190d01e9fe"),
            ("pleaseletmein", "SodiumChloride", Scrypt.Cost(logN: 14, r: 8, p: 1), "7023bdcb3afd7348461c06cd81fd38eb"),
        ]
        for (password, salt, cost, expected) in vectors {
            let derived = try Scrypt.derive(64, password: Array(password.utf8), salt: Array(salt.utf8), cost: cost)
            #expect(derived.count == 64 && Hex.encode(derived.prefix(16)) == expected)
        }
    }

    @Test("scrypt refuses a cost that nobody would choose")
    func cost() {
        for (logN, r) in [(0, 8), (40, 8), (4, 0)] {
            let cost = Scrypt.Cost(logN: logN, r: r, p: 1)
            #expect(throws: CryptoError.malformedKey) { try Scrypt.derive(32, password: [1], salt: [2], cost: cost) }
        }
    }

    @Test("HMAC-SHA1 gives the vectors of RFC 2202 §3")
    func sha1() throws {
        let first = try HMACSHA1.code(for: Array("Hi There".utf8), key: [UInt8](repeating: 0x0B, count: 20))
        #expect(Hex.encode(first) == "b617318655057264e28bc0b6fb378c8ef146be00")
        let second = try HMACSHA1.code(for: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        #expect(Hex.encode(second) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
    }
}
