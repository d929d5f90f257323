import Base
import Testing

@testable import Crypto

@Suite("Serial cipher")
struct SerialCipherTests {
    private let cipher = SerialCipher(key: [UInt8](1...32), label: "email")

    @Test("SipHash-2-4 gives its authors' value for eight bytes")
    func sipHashVector() {
        // vectors_sip64[8] of the reference: key 00..0f, message 00..07.
        let hash = SipHash24(key: [UInt8](0..<16))
        #expect(hash(0x0706_0504_0302_0100) == 0x93F5_F579_9A93_2462)
    }

    @Test("Every serial comes back from its block and from its text")
    func roundTrip() {
        let random = SeededRandom(seed: 2)
        let edges: [UInt64] = [0, 1, 2, 1 << 18 - 1, 1 << 18, 1 << 45, 1 << 46, 1 << 63, .max - 1, .max]
        for serial in edges + (0..<2000).map({ _ in random.next() }) {
            let block = cipher.encrypt(serial)
            #expect(block >> 92 == 0)
            #expect(cipher.decrypt(block) == serial)
            let text = cipher.text(serial)
            #expect(text.utf8.count == cipher.textLength)
            #expect(text.utf8.allSatisfy { ASCII.isDigit($0) || ASCII.isLower($0) })
            #expect(cipher.serial(text) == serial)
        }
    }

    @Test("SipHash-2-4 gives its authors' value for sixteen bytes")
    func longSipHashVector() {
        // vectors_sip64[16] of the reference: key 00..0f, message 00..0f.
        let hash = SipHash24(key: [UInt8](0..<16))
        #expect(hash(0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908) == 0x3F2A_CC7F_57C2_9BDB)
    }

    @Test(
        "In every form each serial comes back from its block, which has the form's bits and no others",
        arguments: [SerialCipher.Form.letters, .manyLetters, .uuid, .timedUUID, .hex(digits: 16), .hex(digits: 32)])
    func forms(_ form: SerialCipher.Form) {
        let cipher = SerialCipher(key: [UInt8](1...32), label: "email", form: form)
        let random = SeededRandom(seed: 4)
        let edges: [UInt64] = [0, 1, 1 << 31, 1 << 32, 1 << 62, .max >> 1]
        let serials = edges + (0..<2000).map { _ in random.next() >> 1 }
        var strays = 0
        for serial in serials {
            let block = cipher.encrypt(serial)
            #expect(form.blockBits == 128 || block >> UInt128(form.blockBits) == 0)
            #expect(cipher.decrypt(block) == serial)
            if cipher.decrypt(block ^ 1) != nil { strays += 1 }
        }
        // Without check bits every block is a serial's; eleven let one in two thousand pass.
        let checkBits = form.blockBits - form.serialBits
        #expect(checkBits == 0 ? strays == serials.count : strays <= serials.count >> (checkBits - 4))
        if form.blockBits < 128 { #expect(cipher.decrypt(1 << UInt128(form.blockBits)) == nil) }
    }

    @Test("Neighbours have unrelated ids: about half of the bits differ")
    func diffusion() {
        var differing = 0
        for serial in UInt64(0)..<1000 {
            differing += (cipher.encrypt(serial) ^ cipher.encrypt(serial + 1)).nonzeroBitCount
        }
        #expect((44_000...48_000).contains(differing))
    }

    @Test("No two serials share an id, and labels and keys do not mix")
    func distinct() {
        let texts = Set((UInt64(0)..<5000).map(cipher.text))
        #expect(texts.count == 5000)
        for other in [
            SerialCipher(key: [UInt8](1...32), label: "domain"), SerialCipher(key: [UInt8](2...33), label: "email"),
        ] {
            #expect(other.text(7) != cipher.text(7))
            #expect(other.serial(cipher.text(7)) == nil)
        }
    }

    @Test("A made-up or changed id is no serial")
    func refusals() {
        let text = cipher.text(42)
        for index in 0..<cipher.textLength {
            var changed = Array(text.utf8)
            changed[index] = changed[index] == ASCII.zero ? UInt8(ascii: "1") : ASCII.zero
            #expect(cipher.serial(String(decoding: changed, as: UTF8.self)) == nil)
        }
        #expect(cipher.serial("") == nil)
        #expect(cipher.serial(text + "0") == nil)
        #expect(cipher.serial(String(text.dropLast())) == nil)
        #expect(cipher.serial(text.uppercased()) == nil)
        #expect(cipher.serial("zzzzzzzzzzzzzzzzzz") == nil)
        #expect(cipher.serial("000000000-00000000") == nil)
        #expect(cipher.decrypt(1 << 92) == nil)
    }
}
