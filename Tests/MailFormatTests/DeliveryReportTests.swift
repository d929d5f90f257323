import Base
import Testing

@testable import MailFormat

@Suite("Delivery reports")
struct DeliveryReportTests {
    private func recipients(_ sample: [UInt8]) throws -> [DeliveryReport.Recipient] {
        guard case .delivery(let report) = try #require(MailReport(parsing: sample)) else { return [] }
        return report.recipients
    }

    private func one(_ sample: [UInt8]) throws -> DeliveryReport.Recipient {
        let found = try recipients(sample)
        #expect(found.count == 1)
        return try #require(found.first)
    }

    // MARK: RFC 3464

    @Test("Postfix's report names both addresses, the status, the reply and who gave it")
    func postfix() throws {
        let found = try one(ReportSamples.postfix)
        #expect(found.original == "info@dest.example" && found.final == "ann@dest.example")
        #expect(found.action == .failed && found.status?.description == "5.1.1" && found.code == 550)
        #expect(found.remoteHost == "inner.dest.example")
        #expect(found.diagnostic?.text.hasSuffix("User unknown in virtual mailbox table") == true)
        #expect(!found.isTransient)
    }

    @Test("A warning about a delay is no failure")
    func delay() throws {
        #expect(try one(ReportSamples.postfixDelay).action == .delayed)
    }

    @Test("A report on several recipients has the fate of each")
    func several() throws {
        let found = try recipients(ReportSamples.gmail)
        #expect(found.map(\.final) == ["one@gmail.example", "two@gmail.example", "three@gmail.example"])
        #expect(found.map(\.code) == [550, 452, 550])
        #expect(found.map(\.isTransient) == [false, true, false])
        #expect(found.allSatisfy { $0.action == .failed })
    }

    @Test("Exchange's recipients keep the case of the original")
    func exchange() throws {
        let found = try one(ReportSamples.exchange)
        #expect(found.original == "Jane@Contoso.example" && found.status?.description == "5.1.10")
    }

    @Test("Encodings, other cases and missing fields are coped with")
    func careless() throws {
        let found = try one(ReportSamples.careless)
        #expect(found.final == "bob@old.example" && found.original == nil)
        #expect(found.action == .failed && found.status?.description == "5.7.1" && found.code == 554)
    }

    @Test("International addresses are read in both forms")
    func international() throws {
        let found = try one(ReportSamples.international)
        #expect(found.original == "jörg@intl.example" && found.final == "jörg@intl.example")
    }

    @Test(
        "The word of the action tells, and where it is missing the status",
        arguments: [
            ("Action: failed", DeliveryReport.Action.failed), ("Action: Delivered", .delivered),
            ("Action: relayed (to a server without DSN)", .relayed), ("action: expanded", .expanded),
            ("Action: delayed", .delayed), ("X-No-Action: 1", .failed),
        ])
    func actions(field: String, expected: DeliveryReport.Action) throws {
        let sample = ReportSamples.bytes(
            "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822;a@x.example\nStatus: 5.0.0\n\(field)")
        #expect(try one(sample).action == expected)
    }

    // MARK: Other forms

    @Test("Exim's report without a machine's part has each failed recipient with its reason")
    func exim() throws {
        let found = try recipients(ReportSamples.exim)
        #expect(found.map(\.final) == ["ann@dest.example", "bob@dest.example"])
        #expect(found.map { $0.status?.description } == ["5.1.1", "4.3.0"])
        #expect(found.map(\.isTransient) == [false, true])
        #expect(found.allSatisfy { $0.action == .failed })
    }

    @Test("qmail's form has each failed recipient, also one that was in the queue too long")
    func qmail() throws {
        let found = try recipients(ReportSamples.qmail)
        #expect(found.map(\.final) == ["ann@dest.example", "bob@dest.example"])
        #expect(found.map(\.code) == [550, nil] && found[0].status?.description == "5.1.1")
        #expect(found[1].diagnostic?.text.hasPrefix("I'm not going to try again") == true)
    }

    @Test(
        "What older servers write is understood, and nothing of the message that they return",
        arguments: [
            (ReportSamples.yahoo, "ann@yahoo.example", nil, "This user doesn't have a yahoo.example account"),
            (ReportSamples.sendmail, "ann@dest.example", "5.2.1", "(reason: 550 5.2.1"),
            (ReportSamples.notes, "jane@notes.example", nil, "because: User jane"),
            (ReportSamples.oldExchange, "jane@contoso.example", "5.1.1", "on Tue, 3 Mar"),
        ] as [([UInt8], String?, String?, String)])
    func texts(sample: [UInt8], address: String?, status: String?, said: String) throws {
        let found = try one(sample)
        #expect(found.final == address && found.status?.description == status && found.action == .failed)
        #expect(found.diagnostic?.text.hasPrefix(said) == true, "\(found.diagnostic?.text ?? "")")
    }

    @Test("A warning in words is no failure")
    func warning() throws {
        #expect(try one(ReportSamples.eximWarning).action == .delayed)
    }

    @Test(
        "What a person or a person's machine writes is no report, whatever it quotes",
        arguments: [
            ReportSamples.success, ReportSamples.vacation, ReportSamples.readReceipt, ReportSamples.systemChat, [],
            ReportSamples.bytes("no header at all"),
            ReportSamples.bytes("Subject: 550 5.1.1\n\n550 5.1.1 no such user"),
        ])
    func none(sample: [UInt8]) {
        #expect(MailReport(parsing: sample) == nil)
    }

    // MARK: Statuses

    @Test(
        "A status and a reply code are found where they stand alone",
        arguments: [
            ("550 5.1.1 no", "5.1.1", 550), ("(#4.4.1)", "4.4.1", nil), ("550-5.1.1 a", "5.1.1", 550),
            ("said: 452 later", nil, 452), ("from 192.0.2.1", nil, nil), ("5.1.1.1", nil, nil),
            ("version 3.4.5", nil, nil), ("5.1.1.", "5.1.1", nil), ("id=550abc", nil, nil), ("a550@x 1550", nil, nil),
            ("5.1234.1", nil, nil), ("", nil, nil), ("554", nil, 554),
        ] as [(String, String?, Int?)])
    func statuses(text: String, status: String?, code: Int?) {
        #expect(ReportedStatus(in: text)?.description == status)
        #expect(ReportedStatus.replyCode(in: text) == code)
    }
}
