import Base
import Testing

@testable import Harpoon

/// The networks' texts. The words are the networks' own, names, numbers and amounts are made up.
@Suite("Harpoon: reading texts")
struct TextTests {
    private static let mtn = """
        Payment received for GHS 75.00 from ESI BOATENG Current Balance: GHS 412.30 . Available Balance: GHS 410.00. \
        Reference: {reference}. Transaction ID: 83117354618. TRANSACTION FEE: 0.00
        """
    private static let telecel = """
        0000013346250000 Confirmed. You have received GHS45.00 from 233200000543 - KOJO SACKEY on 2026-06-12 at \
        08:30:00. Your Telecel Cash balance is GHS2110.00.
        Reference: {reference}.
        Stay alert. Never share your PIN or OTP with anyone.
        """

    private func read(_ text: String, _ reference: String = "Q7W3KD") throws -> IncomingPayment {
        let filled = text.replacing("{reference}", with: reference)
        return try #require(MTNText.read(filled) ?? TelecelText.read(filled))
    }

    @Test("Amount, payer, reference, id and balance are read, of either network")
    func fields() throws {
        let mtn = try read(Self.mtn)
        #expect(mtn.amount.text == "75.00" && mtn.payerName == "ESI BOATENG" && mtn.reference == "Q7W3KD")
        #expect(mtn.telcoID == "83117354618" && mtn.balance?.text == "412.30")
        #expect(mtn.payer == .unknown && mtn.telcoTime == nil)
        let telecel = try read(Self.telecel)
        #expect(telecel.amount.text == "45.00" && telecel.payerName == "KOJO SACKEY" && telecel.reference == "Q7W3KD")
        #expect(telecel.telcoID == "0000013346250000" && telecel.balance?.text == "2110.00")
        let phone = try #require(Phone("0200000543"))
        #expect(telecel.payer == .known(phone))
        #expect(telecel.telcoTime?.rfc3339(.none) == "2026-06-12T08:30:00Z")
    }

    @Test("A whole receipt in the reference changes neither amount nor id nor payer")
    func injection() throws {
        let mtn = try read(Self.mtn, "x. Transaction ID: 84000000001. Payment received for GHS 900.00 from EVE")
        #expect(mtn.amount.text == "75.00" && mtn.telcoID == "83117354618" && mtn.payerName == "ESI BOATENG")
        let telecel = try read(
            Self.telecel,
            "0000013999999999 Confirmed. You have received GHS500.00 from 233240000000 - EVE on 2026-06-12 at 09:00:00"
        )
        #expect(telecel.amount.text == "45.00" && telecel.telcoID == "0000013346250000")
        #expect(telecel.payer.phone?.local == "0200000543")
    }

    @Test("A number in an MTN reference is the payer's word")
    func claimed() throws {
        let payment = try read(Self.mtn, "ESI BOATENG ,233240000345,C4WM8Y from VODAFONE")
        let phone = try #require(Phone("0240000345"))
        #expect(payment.payer == .claimed(phone))
        #expect(payment.reference == "C4WM8Y")
        #expect(try read(Self.mtn, "SOMEBODY ELSE ,233240000345,C4WM8Y from VODAFONE").payer == .unknown)
    }

    @Test(
        "A Telecel reference ends with its line, and an MTN one before the last id",
        arguments: ["a", "INV.2207.A", "school fees, term 2"])
    func references(_ reference: String) throws {
        #expect(try read(Self.telecel, reference).reference == reference)
        #expect(try read(Self.mtn, reference).reference == reference)
    }

    @Test("An empty reference is none", arguments: ["", " ", "-"])
    func noReference(_ reference: String) throws {
        #expect(try read(Self.telecel, reference).reference == nil)
        #expect(try read(Self.mtn, reference).reference == nil)
    }

    @Test("A text that was cut before its id is a payment without one, and its reference is not known")
    func cut() throws {
        let text = Self.mtn.replacing("{reference}", with: "Q7W3KD")
        let end = try #require(text.firstRange(of: "Transaction ID"))
        let payment = try #require(MTNText.read(String(text[..<end.lowerBound])))
        #expect(payment.telcoID == nil && payment.reference == nil && payment.amount.text == "75.00")
        #expect(MTNText.read(String(text[end.lowerBound...])) == nil)
    }

    @Test(
        "A receipt under another name than the network's is suspicious",
        arguments: ["+233592000123", "MobileMoney1", "MobileM\u{43E}ney", "T-CASH", "Mobile Money", ""])
    func senders(_ sender: String) {
        let text = Self.mtn.replacing("{reference}", with: "Q7W3KD")
        guard case .suspicious = TextJudge.verdict(text, from: sender, on: .mtn, senders: MTNText.senders) else {
            Issue.record("\(sender) was believed")
            return
        }
    }

    @Test(
        "The network's name is compared without case and outer blanks",
        arguments: ["MobileMoney", " mobilemoney ", "MOBILEMONEY"])
    func trusted(_ sender: String) {
        let text = Self.mtn.replacing("{reference}", with: "Q7W3KD")
        guard case .incoming = TextJudge.verdict(text, from: sender, on: .mtn, senders: MTNText.senders) else {
            Issue.record("\(sender) was not believed")
            return
        }
    }

    @Test("Another network's form under this network's name is suspicious, and an unknown one is for a person")
    func forms() {
        let text = Self.telecel.replacing("{reference}", with: "Q7W3KD")
        guard case .suspicious = TextJudge.verdict(text, from: "MobileMoney", on: .mtn, senders: ["MobileMoney"]) else {
            Issue.record("believed")
            return
        }
        #expect(TextJudge.verdict("Hello", from: "MobileMoney", on: .mtn, senders: ["MobileMoney"]) == .unread)
    }

    @Test("A small change makes no receipt of what is none", arguments: 0..<200)
    func mutations(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let texts = [
            "Payment made for GHS 5.00 to A Current Balance: GHS 1 . Reference: Q7W3KD. Transaction ID: 83255250000.",
            "Dear customer, you have received GHS0.86 from Telecel Cash as interest. Your new balance is GHS2383.00.",
            "0000013350184444 Confirmed. GHS25.00 sent to 0240000234 - A on 2026-06-12 at 16:22:08. Reference: Q7W3KD",
        ]
        var text = Array(try #require(texts.randomElement(using: &random)))
        for _ in 0..<Int.random(in: 1...4, using: &random) where text.count > 1 {
            let index = Int.random(in: 0..<text.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: text.remove(at: index)
            case 1: text.insert(" ", at: index)
            case 2: text[index] = Character(text[index].uppercased().prefix(1).description)
            default: text = Array(text.prefix(index + 1))
            }
        }
        for provider in Provider.allCases { #expect(TextJudge.read(String(text), on: provider) == nil, "seed \(seed)") }
    }

    // MARK: The corpus

    private struct Case {
        let id: String
        let form: String
        let provider: String
        let sender: String
        let text: String
        let expect: JSONValue
    }

    /// nil where the corpus is not there.
    private static func corpus() throws -> [Case]? {
        try Corpus.lines("cases.jsonl")?.map { value in
            func text(_ name: StaticString) throws -> String { try #require(value[name]?.string) }
            return Case(
                id: try text("id"), form: try text("form"), provider: try text("provider"), sender: try text("sender"),
                text: try text("text"), expect: try #require(value["expect"]))
        }
    }

    @Test("Of the collected texts each receipt is read to the letter, and nothing else is a payment")
    func collected() throws {
        guard let cases = try Self.corpus() else { return }
        #expect(cases.count == 84)
        for item in cases {
            let provider = Provider(rawValue: item.provider)
            let verdict = TextJudge.verdict(
                item.text, from: item.sender, on: provider ?? .mtn,
                senders: TextJudge.senders(of: provider ?? .mtn))
            let kind = item.expect["kind"]?.string
            if kind == "incoming" {
                guard case .incoming(let payment) = verdict else {
                    Issue.record("\(item.id): \(verdict)")
                    continue
                }
                check(payment, item)
            } else if case .incoming = verdict, kind != "incoming" {
                Issue.record("\(item.id) was taken for a payment")
            }
            if kind == "suspicious",
                item.form.hasPrefix("M") || item.form.hasPrefix("T") || ["F1", "F2"].contains(item.form)
            {
                guard case .suspicious = verdict else {
                    Issue.record("\(item.id): \(verdict)")
                    continue
                }
            }
        }
    }

    private func check(_ payment: IncomingPayment, _ item: Case) {
        let found: [(StaticString, String?)] = [
            ("amount", payment.amount.text), ("payer_phone", payment.payer.phone?.local),
            ("payer_name", payment.payerName), ("reference", payment.reference),
            ("telco_transaction_id", payment.telcoID), ("telco_timestamp", payment.telcoTime?.rfc3339(.none)),
            ("balance_after", payment.balance?.text),
        ]
        for (name, value) in found { #expect(item.expect[name]?.string == value, "\(item.id) \(name)") }
    }

    @Test("Nothing that is done to a collected text makes a payment of what is none", arguments: 0..<100)
    func collectedMutations(_ seed: UInt64) throws {
        guard let cases = try Self.corpus() else { return }
        var random = SeededGenerator(seed: seed)
        for item in cases where item.expect["kind"]?.string != "incoming" {
            let text = Self.mutated(item.text, &random)
            for provider in Provider.allCases {
                let verdict = TextJudge.verdict(
                    text, from: item.sender, on: provider, senders: TextJudge.senders(of: provider))
                if case .incoming = verdict { Issue.record("seed \(seed): \(item.id) on \(provider): \(text)") }
            }
        }
    }

    /// Case, spacing, parts cut off or out, and other names.
    private static func mutated(_ text: String, _ random: inout SeededGenerator) -> String {
        var words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        for _ in 0..<Int.random(in: 1...4, using: &random) where words.count > 2 {
            let index = Int.random(in: 0..<words.count, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0: words[index] = words[index].uppercased()
            case 1: words[index] = words[index].lowercased()
            case 2: words.insert(["", "\n", "\u{A0}", "\t"].randomElement(using: &random) ?? "", at: index)
            case 3: words = Array(words.prefix(index + 1))
            case 4: words = Array(words.suffix(from: index))
            case 5: words.remove(at: index)
            default:
                words[index] =
                    ["KOFI MENSAH", "ESI", "MobileMoney", "T-CASH", "Q7W3KD", "-"].randomElement(using: &random) ?? ""
            }
        }
        return words.joined(separator: " ")
    }
}
