import AdapterKit
import Base
import Model
import TestKit
import Testing

@Suite("Ids of recipients")
struct DeliveryIDTests {
    private static func ids(_ form: IDForm) -> DeliveryIDCodec {
        PublicIDs(
            key: Array(repeating: 3, count: 32), personality: PersonalityID("acme"), forms: [.delivery: form]
        ).deliveries
    }

    private static func message(_ id: Int64, at: Instant, recipients: Int) -> Message {
        let address = MailAddress(name: nil, checkedAddress: "a@example.com", domain: "example.com")
        let recipient = Recipient(role: .to, address: address, state: .queued, attempts: 0)
        return Message(
            id: Message.ID(id), account: Account.ID(1), key: nil, domain: nil, origin: PersonalityID("acme"),
            mode: .live, createdAt: at, submission: Submission(from: address, to: [address], subject: ""),
            recipients: Array(repeating: recipient, count: recipients), transmittedAt: nil)
    }

    @Test("A UUID of version 7 shows its row's time in clear, and leads back to message and recipient")
    func timed() throws {
        let random = SeededRandom(seed: 5)
        for _ in 0..<1000 {
            let id = Int64(random.next() >> 11)
            let place = Int(random.next() % 1024)
            let at = Instant(nanoseconds: Int64(random.next() >> 3))
            let text = Self.ids(.timedUUID).text(Message.ID(id), recipient: place, at: at)
            #expect(text.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
            let time = try #require(Int64(text.prefix(13).replacing("-", with: ""), radix: 16))
            #expect(time == at.nanoseconds / 1_000_000)
            let claim = try #require(Self.ids(.timedUUID).claim(in: text))
            #expect(claim.message == Message.ID(id) && claim.recipient == place)
        }
    }

    @Test("Later messages have greater ids, as version 7 promises")
    func order() {
        let codec = Self.ids(.timedUUID)
        let texts = (0..<100).map { index in
            codec.text(Message.ID(Int64(index)), recipient: 0, at: Fixture.start + .milliseconds(index))
        }
        #expect(texts == texts.sorted())
    }

    @Test("A claim is right of its message alone, made at its time, with as many recipients")
    func claims() throws {
        let at = Fixture.start + .microseconds(1)
        let codec = Self.ids(.timedUUID)
        let claim = try #require(codec.claim(in: codec.text(Message.ID(8), recipient: 1, at: at)))
        #expect(claim.isRight(of: Self.message(8, at: at, recipients: 2)))
        #expect(claim.isRight(of: Self.message(8, at: Fixture.start, recipients: 2)), "within the millisecond")
        #expect(!claim.isRight(of: Self.message(8, at: at, recipients: 1)))
        #expect(!claim.isRight(of: Self.message(9, at: at, recipients: 2)))
        #expect(!claim.isRight(of: Self.message(8, at: at + .milliseconds(1), recipients: 2)))
    }

    @Test("Of changed ids few are claims, and none is right")
    func forged() throws {
        let at = Fixture.start
        let codec = Self.ids(.timedUUID)
        let text = codec.text(Message.ID(8), recipient: 0, at: at)
        let message = Self.message(8, at: at, recipients: 1)
        for index in text.indices where text[index] != "-" {
            for digit in "0123456789abcdef" where digit != text[index] {
                var changed = text
                changed.replaceSubrange(index...index, with: String(digit))
                #expect(codec.claim(in: changed)?.isRight(of: message) != true, "\(changed)")
            }
        }
    }

    @Test("Forms without a time need none", arguments: [IDForm.uuid, .letters(prefix: "m_"), .integer])
    func untimed(_ form: IDForm) throws {
        let codec = Self.ids(form)
        let claim = try #require(codec.claim(in: codec.text(Message.ID(4), recipient: 2, at: Fixture.start)))
        #expect(claim.isRight(of: Self.message(4, at: Fixture.start + .seconds(9), recipients: 3)))
    }
}
