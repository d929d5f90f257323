import AdapterKit
import Base
import Crypto
import Harepost
import Model
import PostStack
import TestKit
import Testing

@Suite("Public ids")
struct PublicIDTests {
    private static let forms: [IDForm] = [
        .letters(prefix: "em_"), .manyLetters(prefix: "ocl_"), .short(prefix: "hr_"), .uuid,
        .hex(prefix: "", digits: 16), .hex(prefix: "x_", digits: 24), .hex(prefix: "hpn_trx_", digits: 32), .integer,
    ]

    private static func ids(_ form: IDForm, key: UInt8 = 1, personality: String = "acme") -> PublicIDs {
        PublicIDs(
            key: Array(repeating: key, count: 32), personality: PersonalityID(personality),
            forms: [.message: form, .domain: form, .record("invoices"): form])
    }

    @Test("Ids that were given out before forms were declared name their rows still")
    func issued() throws {
        let secret = try #require(Hex.decode(IssuedIDs.secret))
        let key = HKDFSHA256.derive(32, secret: secret, label: "polyrelay public ids")
        let postStack = PublicIDs(key: key, of: PostStack())
        let harepost = PublicIDs(key: key, of: Harepost())
        for (codec, issued) in [
            (postStack.messages.texts, IssuedIDs.messages), (postStack.domains.texts, IssuedIDs.domains),
            (postStack.events.texts, IssuedIDs.events),
            (postStack.webhookDeliveries.texts, IssuedIDs.webhookDeliveries),
            (harepost.accounts.texts, IssuedIDs.accounts), (harepost.relays.texts, IssuedIDs.relays),
        ] {
            #expect(issued.count == 50)
            for (number, text) in issued {
                #expect(codec.text(number) == text)
                #expect(codec.number(text) == number)
            }
        }
    }

    @Test("Every number comes back from its id, and no two share one", arguments: forms)
    func roundTrip(_ form: IDForm) {
        let codec = Self.ids(form).messages
        let random = SeededRandom(seed: 7)
        let range = form == .short(prefix: "hr_") ? 36 * 36 * 36 * 36 : Int64.max
        let edges: [Int64] = [0, 1, 2, 1 << 20, range - 1]
        let numbers = Set(edges + (0..<2000).map { _ in Int64(random.next() >> 1) % range })
        var texts: Set<String> = []
        for number in numbers {
            let text = codec.text(Message.ID(number))
            #expect(codec.id(in: text) == Message.ID(number), "\(text)")
            texts.insert(text)
        }
        #expect(texts.count == numbers.count)
    }

    @Test("An id has the form that is declared, to the character")
    func shapes() {
        let shapes: [(IDForm, Regex<Substring>)] = [
            (.letters(prefix: "em_"), /em_[0-9a-z]{18}/), (.manyLetters(prefix: "ocl_"), /ocl_[0-9a-z]{24}/),
            (.short(prefix: "hr_"), /hr_[0-9a-z]{8}/),
            (.uuid, /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/),
            (.hex(prefix: "", digits: 16), /[0-9a-f]{16}/), (.hex(prefix: "t_", digits: 32), /t_[0-9a-f]{32}/),
            (.integer, /[0-9]+/),
        ]
        for (form, shape) in shapes {
            for number in (1...200 as ClosedRange<Int64>) {
                let text = Self.ids(form).messages.text(Message.ID(number))
                #expect(text.wholeMatch(of: shape) != nil, "\(text)")
            }
        }
    }

    @Test("One row has unrelated ids in each form, kind, dialect and server", arguments: forms.dropLast())
    func labels(_ form: IDForm) {
        let ids = Self.ids(form)
        let text = ids.messages.text(Message.ID(7))
        #expect(ids.domains.text(MailDomain.ID(7)) != text)
        #expect(ids.records("invoices", of: Message.self).text(Message.ID(7)) != text)
        #expect(Self.ids(form, personality: "other").messages.text(Message.ID(7)) != text)
        #expect(Self.ids(form, key: 2).messages.text(Message.ID(7)) != text)
    }

    @Test(
        "Where there are check bits, an id of another kind or server and a changed one name nothing",
        arguments: [IDForm.letters(prefix: ""), .manyLetters(prefix: ""), .uuid, .hex(prefix: "", digits: 32)])
    func checked(_ form: IDForm) {
        let ids = Self.ids(form)
        let text = ids.messages.text(Message.ID(99))
        #expect(ids.domains.id(in: text) == nil)
        #expect(Self.ids(form, key: 2).messages.id(in: text) == nil)
        for index in text.indices where text[index] != "-" {
            var changed = text
            changed.replaceSubrange(index...index, with: text[index] == "8" ? "9" : "8")
            #expect(ids.messages.id(in: changed) == nil, "\(changed)")
        }
    }

    @Test("A text of another form names nothing", arguments: forms)
    func foreign(_ form: IDForm) {
        let codec = Self.ids(form).messages
        let text = codec.text(Message.ID(5))
        for wrong in [
            "", "-", "x", text + "0", text + " ", " " + text, "0" + text, "+" + text, String(text.dropLast()),
            "ä" + text.dropFirst(), text.replacing("_", with: "-"), "00000000-0000-0000-0000-000000000000",
        ] where wrong != text {
            if form == .integer, Int64(wrong).map(String.init) == wrong { continue }
            #expect(codec.id(in: wrong) == nil, "\(wrong)")
        }
    }

    @Test("A UUID is read in both cases, as it is the same value; other ids are not")
    func cases() {
        let uuid = Self.ids(.uuid).messages
        #expect(uuid.id(in: uuid.text(Message.ID(3)).uppercased()) == Message.ID(3))
        for form in [IDForm.letters(prefix: ""), .hex(prefix: "", digits: 32)] {
            let codec = Self.ids(form).messages
            #expect(codec.id(in: codec.text(Message.ID(3)).uppercased()) == nil)
        }
    }
}

extension IDCodec {
    /// Without the kind of row.
    fileprivate var texts: (text: (Int64) -> String, number: (String) -> Int64?) {
        ({ text(Serial($0)) }, { id(in: $0)?.value })
    }
}
