import Crypto
import Testing

@Suite("Short serial cipher")
struct ShortSerialCipherTests {
    private let cipher = ShortSerialCipher(key: Array(repeating: 5, count: 32), label: "test")

    @Test("Every serial has an id of eight characters that leads back to it")
    func roundTrip() {
        let ends = [0, 1, ShortSerialCipher.range - 1, ShortSerialCipher.range / 2]
        for serial in ends + (0..<5000).map({ $0 * 564_221_981 }) {
            let text = cipher.text(serial)
            #expect(text.wholeMatch(of: /[0-9a-z]{8}/) != nil)
            #expect(cipher.serial(text) == serial)
        }
    }

    @Test("Neighbours are unlike each other, and no two serials share an id")
    func unlike() {
        let texts = (1...20_000 as ClosedRange<UInt64>).map(cipher.text)
        #expect(Set(texts).count == texts.count)
        #expect(Set(texts.map { $0.prefix(2) }).count > 1000)
    }

    @Test("Under another key or label the ids are others")
    func keys() {
        let other = ShortSerialCipher(key: Array(repeating: 5, count: 32), label: "other")
        #expect((0..<100 as Range<UInt64>).allSatisfy { cipher.text($0) != other.text($0) })
    }

    @Test(
        "A text of another form names nothing", arguments: ["", "abc", "abcdefghi", "ABCDEFGH", "abcdefg-", "äbcdefg"])
    func forms(_ text: String) { #expect(cipher.serial(text) == nil) }
}
