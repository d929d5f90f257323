import Base
import Testing

@testable import MailFormat

@Suite("Feedback reports")
struct FeedbackReportTests {
    private func feedback(_ sample: [UInt8]) throws -> FeedbackReport {
        guard case .feedback(let report) = try #require(MailReport(parsing: sample)) else {
            throw MailFormatError.malformedHeader
        }
        return report
    }

    @Test("An abuse report names the path, the recipient and the message")
    func abuse() throws {
        let report = try feedback(ReportSamples.yahooFeedback)
        #expect(report.type == "abuse" && report.isComplaint)
        #expect(report.originalSender == "b-0123456789abcdefgh@bounce.relay.example")
        #expect(report.recipients == ["ann@mail.example"])
        #expect(report.returnPath == "B-0123456789ABCDEFGH@bounce.relay.example")
        #expect(report.messageID == "0123456789abcdefgh@example.com")
    }

    @Test("A report with nothing but its type still has what the message says", arguments: ["text/rfc822-headers"])
    func headersAlone(kind: String) throws {
        let report = try feedback(ReportSamples.feedback("Feedback-Type: Fraud", kind: kind))
        #expect(report.type == "fraud" && report.originalSender == nil && report.recipients.isEmpty)
        #expect(report.messageID == "0123456789abcdefgh@example.com" && report.returnPath != nil)
    }

    @Test("Outlook.com's junk reports are complaints too")
    func junk() throws {
        let report = try feedback(ReportSamples.junkReport)
        #expect(report.isComplaint && report.recipients == ["ann@hotmail.example"])
        #expect(report.returnPath == "b-0123456789abcdefgh@bounce.relay.example")
    }

    @Test(
        "Only what says that the mail is unwanted is a complaint",
        arguments: [
            ("abuse", true), ("fraud", true), ("virus", true), ("other", true), ("opt-out", true), ("new-word", true),
            ("not-spam", false), ("auth-failure", false),
        ])
    func types(type: String, isComplaint: Bool) throws {
        #expect(try feedback(ReportSamples.feedback("Feedback-Type: \(type)")).isComplaint == isComplaint)
    }

    @Test("Without a type there is no report")
    func noType() {
        #expect(MailReport(parsing: ReportSamples.feedback("Source-IP: 192.0.2.1")) == nil)
    }

    @Test("Changed, cut and repeated reports are read without harm", arguments: 1...10)
    func mutated(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        func next(below bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
        for sample in ReportSamples.reports {
            for _ in 0..<10 {
                var bytes = sample
                for _ in 0...next(below: 8) {
                    let place = next(below: bytes.count)
                    switch next(below: 4) {
                    case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                    case 1: bytes.removeSubrange(place..<min(bytes.count, place + next(below: 40)))
                    case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 60)], at: place)
                    default: bytes.insert(contentsOf: Array("\r\n".utf8), at: place)
                    }
                    if bytes.isEmpty { bytes = [0] }
                }
                if case .delivery(let report) = MailReport(parsing: bytes) {
                    #expect(!report.recipients.isEmpty, "seed \(seed)")
                    #expect(report.recipients.count <= MailLimits.reportGroupsMax, "seed \(seed)")
                    #expect(
                        report.recipients.allSatisfy {
                            ($0.diagnostic?.text.count ?? 0) <= MailLimits.diagnosticMax
                        }, "seed \(seed)")
                }
            }
        }
    }

    @Test("A report of endless groups, lines and parts is read up to its bounds")
    func bounds() throws {
        let groups = String(repeating: "Final-Recipient: rfc822;a@x.example\nAction: failed\n\n", count: 20_000)
        guard
            case .delivery(let report) = MailReport(
                parsing: ReportSamples.bytes("Content-Type: message/delivery-status\n\n\(groups)"))
        else { throw MailFormatError.malformedHeader }
        #expect(report.recipients.count <= MailLimits.reportGroupsMax)
        let lines = String(repeating: "<a@x.example>:\n", count: 100_000)
        guard
            case .delivery(let text) = MailReport(
                parsing: ReportSamples.bytes("From: mailer-daemon@x.example\n\nHi. This is the\n\(lines)"))
        else { throw MailFormatError.malformedHeader }
        #expect(text.recipients.count <= MailLimits.textRecipientsMax)
    }
}
