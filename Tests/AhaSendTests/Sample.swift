import AdapterKit
import Base
import Model

@testable import AhaSend

/// Values that several tests look at.
enum Sample {
    /// 2026-07-01T08:30:00Z
    static let now = Instant(seconds: 1_782_894_600)

    static func address(_ text: String, name: String? = nil) -> MailAddress {
        MailAddress(name: name, checkedAddress: text, domain: String(text.drop { $0 != "@" }.dropFirst()))
    }

    static let submission = Submission(
        from: address("no-reply@acme.test", name: "Acme"), to: [address("kim@shop.test")], subject: "Receipt 81",
        text: "Hello.\n")

    static func message(
        _ submission: Submission = submission, states: [Recipient.State] = [.delivered], events: [MailEvent] = []
    ) -> Message {
        let addresses = submission.envelope.map(\.address)
        return Message(
            id: Message.ID(7), account: Account.ID(1), key: AccessKey.ID(1), domain: MailDomain.ID(1),
            origin: PersonalityID("ahasend"), mode: .live, createdAt: now, submission: submission,
            recipients: zip(addresses, states).map { Recipient(role: .to, address: $0, state: $1, attempts: 1) },
            transmittedAt: nil, events: events)
    }

    static func event(
        _ kind: MailEvent.Kind, recipient: Int? = 0, after: Duration = .seconds(2), attempt: AttemptResult? = nil
    ) -> MailEvent {
        MailEvent(
            id: MailEvent.ID(31), message: Message.ID(7), recipient: recipient, kind: kind, at: now + after,
            attempt: attempt)
    }

    static let refusal = AttemptResult(
        classification: .invalidRecipient, code: 550, enhancedStatus: "5.1.1", text: UserData("no such user"),
        host: "mx.shop.test:25")
}

/// A value as it stands on the wire.
func json(_ value: some JSONWritable) -> String { String(decoding: JSONWriter.value(value), as: UTF8.self) }

func text(_ answer: Answer) -> String { String(decoding: answer.body, as: UTF8.self) }

/// What a body comes to.
func messages(_ body: String) throws(KernelFailure) -> SeparateMessages {
    try SeparateMessages(Form(Array(body.utf8)), at: Sample.now)
}

func conversation(_ body: String) throws(KernelFailure) -> Conversation {
    try Conversation(Form(Array(body.utf8)), at: Sample.now)
}
