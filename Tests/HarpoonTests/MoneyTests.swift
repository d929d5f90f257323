import Base
import Testing

@testable import Harpoon

@Suite("Harpoon: money, phones, codes")
struct MoneyTests {
    @Test(
        "A decimal with two places at most is an exact number of pesewas",
        arguments: [
            ("75.00", 7500), ("75", 7500), ("0.1", 10), ("0.01", 1), ("007.50", 750), ("0", 0),
            ("999999999999.99", 99_999_999_999_999),
        ] as [(String, Int64)])
    func decimals(_ text: String, _ pesewas: Int64) { #expect(Money(text)?.pesewas == pesewas) }

    @Test(
        "Nothing else is an amount",
        arguments: [
            "", ".", "1.", ".5", "1.005", "-1.00", "+1", "1e2", "1,000.00", " 1", "1 ", "0x1", "１", "NaN", "1.0.0",
            "1000000000000.00",
        ])
    func refused(_ text: String) { #expect(Money(text) == nil) }

    @Test("It is written with two places, and read back the same")
    func text() {
        for pesewas in [0, 1, 10, 99, 100, 12_345, -1500, -5] as [Int64] {
            #expect(Money(pesewas: pesewas).text.split(separator: ".").last?.count == 2)
        }
        #expect(Money(pesewas: -1500).text == "-15.00")
        #expect(Money(pesewas: -5).text == "-0.05")
        var random = SeededGenerator(seed: 1)
        for _ in 0..<1000 {
            let money = Money(pesewas: Int64.random(in: 0...99_999_999_999_999, using: &random))
            #expect(Money(money.text) == money)
        }
    }

    @Test(
        "A number in any of its spellings is the same number",
        arguments: [
            "0241112223", "+233241112223", "00233241112223", "233241112223", "+2330241112223", "241112223",
            "024 111 2223", "(024) 111-2223", "+233.24.111.2223",
        ])
    func phones(_ text: String) { #expect(Phone(text)?.local == "0241112223") }

    @Test(
        "What is no Ghanaian mobile number is none",
        arguments: [
            "", "024111222", "02411122233", "+234241112223", "0341112223", "055123456O", "0241***223", "２41112223",
        ])
    func noPhones(_ text: String) { #expect(Phone(text) == nil) }

    @Test("A code is found as a word, in either case and among others, and never inside one")
    func codes() {
        #expect(HPNCode.words(in: "school fees H4KT9M term 2").map(\.text).contains("H4KT9M"))
        #expect(HPNCode.words(in: "q7w3kd").map(\.text) == ["Q7W3KD"])
        #expect(HPNCode.words(in: "(Q7W3KD),Z8PV2C.").map(\.text) == ["Q7W3KD", "Z8PV2C"])
        for text in ["XQ7W3KD", "Q7W3KD2", "Q7W3KDé", "Q7W3K0", "Q7W 3KD", ""] {
            #expect(HPNCode.words(in: text).isEmpty, "\(text)")
        }
    }
}

/// The same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
