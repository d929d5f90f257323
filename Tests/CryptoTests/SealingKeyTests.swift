import Base
import Crypto
import Testing

@Suite("Sealing")
struct SealingKeyTests {
    private let key = [UInt8](0..<32)
    private let random = SeededRandom(seed: 1)
    private let secret = Array("a webhook secret".utf8)
    private let place = Array("webhooks/7/secret".utf8)

    @Test("What was sealed opens again", arguments: [0, 1, 15, 16, 17, 4096])
    func roundTrip(count: Int) throws {
        let sealer = try SealingKey(bytes: key)
        let plaintext = random.bytes(count)
        let sealed = try sealer.seal(plaintext, associatedData: place, random: random)
        #expect(sealed.count == 1 + 12 + count + 16)
        #expect(try sealer.open(sealed, associatedData: place) == plaintext)
    }

    @Test("Any changed byte, and any cut, is refused")
    func tampering() throws {
        let sealer = try SealingKey(bytes: key)
        let sealed = try sealer.seal(secret, associatedData: place, random: random)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x10
            #expect(throws: CryptoError.notAuthentic) { try sealer.open(changed, associatedData: place) }
            #expect(throws: CryptoError.notAuthentic) {
                try sealer.open(Array(sealed[..<index]), associatedData: place)
            }
        }
    }

    @Test("Another place or another key does not open it")
    func otherPlace() throws {
        let sealer = try SealingKey(bytes: key)
        let sealed = try sealer.seal(secret, associatedData: place, random: random)
        #expect(throws: CryptoError.notAuthentic) { try sealer.open(sealed, associatedData: Array("webhooks/8".utf8)) }
        let other = try SealingKey(bytes: key.reversed())
        #expect(throws: CryptoError.notAuthentic) { try other.open(sealed, associatedData: place) }
    }

    @Test("One value sealed twice looks different each time")
    func freshNonces() throws {
        let sealer = try SealingKey(bytes: key)
        let first = try sealer.seal(secret, associatedData: place, random: random)
        #expect(try sealer.seal(secret, associatedData: place, random: random) != first)
    }

    @Test("A key of any other length is refused", arguments: [0, 16, 31, 33])
    func keyLength(count: Int) {
        #expect(throws: CryptoError.malformedKey) { try SealingKey(bytes: [UInt8](repeating: 0, count: count)) }
    }

    @Test("The ciphertext is that of AES-256-GCM: test case 14 of its authors, with our version byte authenticated")
    func knownNonce() throws {
        struct ZeroRandom: RandomSource {
            func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
        }
        let sealer = try SealingKey(bytes: [UInt8](repeating: 0, count: 32))
        let sealed = try sealer.seal([UInt8](repeating: 0, count: 16), associatedData: [], random: ZeroRandom())
        #expect(Hex.encode(sealed[13..<29]) == "cea7403d4d606b6e074ec5d3baf39d18")
    }
}
