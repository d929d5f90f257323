import AdapterKit
import Base
import Model

@testable import Posthawk

/// Values that several tests look at.
enum Sample {
    /// 2026-07-01T08:30:00.123Z
    static let now = Instant(seconds: 1_782_894_600) + .milliseconds(123)
    static let id = "0d0f6c1e-0000-4000-8000-000000000007"

    static func address(_ text: String, name: String? = nil) -> MailAddress {
        MailAddress(name: name, checkedAddress: text, domain: String(text.drop { $0 != "@" }.dropFirst()))
    }

    static let submission = Submission(
        from: address("hello@example.com", name: "Acme"), to: [address("ann@example.net")], subject: "Hi",
        text: "Hello.\n")

    static func message(
        _ submission: Submission = submission, states: [Recipient.State] = [.delivered],
        mode: AccessKey.Mode = .live, transmittedAt: Instant? = nil, events: [MailEvent] = []
    ) -> Message {
        let addresses = submission.envelope.map(\.address)
        return Message(
            id: Message.ID(7), account: Account.ID(1), key: AccessKey.ID(1), domain: MailDomain.ID(1),
            origin: PersonalityID("posthawk"), mode: mode, createdAt: now, submission: submission,
            recipients: zip(addresses, states).map { Recipient(role: .to, address: $0, state: $1, attempts: 1) },
            transmittedAt: transmittedAt, events: events)
    }

    static func event(
        _ kind: MailEvent.Kind, recipient: Int? = 0, attempt: AttemptResult? = nil, due: Instant? = nil
    ) -> MailEvent {
        MailEvent(
            id: MailEvent.ID(31), message: Message.ID(7), recipient: recipient, kind: kind, at: now, attempt: attempt,
            due: due)
    }

    static let refusal = AttemptResult(
        classification: .invalidRecipient, code: 550, enhancedStatus: "5.1.1", text: UserData("no such user"),
        host: "mx.example.net:25")

    static let shortfall = ScopeShortfall(
        anyOf: ["sending"], reported: "sending", held: ["reading"], method: UserData("POST"),
        path: UserData("/v1/send"))
}

/// A value as it stands on the wire.
func json(_ value: some JSONWritable) -> String { String(decoding: JSONWriter.value(value), as: UTF8.self) }

func json(_ write: (inout JSONObjectWriter) -> Void) -> String {
    String(decoding: JSONWriter.object(write), as: UTF8.self)
}

func text(_ answer: Answer) -> String { String(decoding: answer.body, as: UTF8.self) }

/// What a body comes to; `America/New_York` is the one zone that is known.
func email(_ body: String, mustSchedule: Bool = false) async throws -> SendEmail {
    try await SendEmail(Array(body.utf8), now: Sample.now, mustSchedule: mustSchedule) { name in
        name == "America/New_York" ? TimeZoneRules(rule: "EST5EDT,M3.2.0,M11.1.0") : nil
    }
}

/// The sentences of a refusal: what stands in `message`, or in `details` where there are several.
func faults(_ body: String, mustSchedule: Bool = false) async -> [String] {
    do {
        _ = try await email(body, mustSchedule: mustSchedule)
        return []
    } catch let failure as KernelFailure {
        let face = Face.of(failure)
        if case .details(let details) = face.more { return details }
        return [face.text]
    } catch {
        return ["\(error)"]
    }
}
