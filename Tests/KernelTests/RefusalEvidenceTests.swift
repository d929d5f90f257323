import Base
import Foundation
import Kernel
import MailFormat
import Model
import Ports
import Testing

/// What the judge says of refusals that servers are known to give: `Tests/Fixtures/refusals.txt` has them with what
/// each means, and says where each is from.
@Suite("What refusals mean")
struct RefusalEvidenceTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let source: String
        let command: String
        let expected: [String]
        let said: String

        var testDescription: String { "\(source), \(command): \(said.prefix(60))" }
    }

    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")
    private static let recipient = "ann@dest.example"

    static func samples() throws -> [Sample] {
        try String(contentsOf: fixtures.appending(path: "refusals.txt"), encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .map { line in
                let fields = line.split(separator: "|", maxSplits: 5).map(String.init)
                try #require(fields.count == 6, "\(line)")
                return Sample(
                    source: fields[0], command: fields[1], expected: Array(fields[2...4]), said: fields[5])
            }
    }

    @Test("The judge agrees with every sample, and suppresses nobody who is not dead")
    func agreement() throws {
        let samples = try Self.samples()
        var wrong: [String] = []
        var wrongSuppressions = 0
        for sample in samples {
            let verdict = try Self.verdict(on: sample)
            let found = [
                verdict.map { "\($0.classification.word)" } ?? "not understood",
                verdict?.isPermanent == true ? "permanent" : "temporary",
                verdict?.suppresses == true ? "suppress" : "keep",
            ]
            if found != sample.expected { wrong.append("\(sample.testDescription): \(found), not \(sample.expected)") }
            if found[2] == "suppress", sample.expected[2] == "keep" { wrongSuppressions += 1 }
        }
        print(
            "refusals: \(samples.count - wrong.count) of \(samples.count) agree, "
                + "\(wrongSuppressions) wrongly suppressed"
        )
        #expect(samples.count >= 150)
        #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
        #expect(wrongSuppressions == 0)
    }

    @Test("The same words mean the same in a reply to RCPT and in a report of one")
    func oneJudge() throws {
        for sample in try Self.samples() where sample.command == "rcpt" {
            let reply = try #require(try Self.verdict(on: sample))
            let report = bytes(
                """
                From: mailer-daemon@mx.example.net
                Content-Type: multipart/report; report-type=delivery-status; boundary=b

                --b
                Content-Type: text/plain

                <ann@dest.example>: host mx said so (in reply to RCPT TO command)
                --b
                Content-Type: message/delivery-status

                Reporting-MTA: dns; mx.example.net

                Final-Recipient: rfc822; ann@dest.example
                Action: failed
                Diagnostic-Code: smtp; \(sample.said.split(separator: " / ").joined(separator: "\n    "))

                --b--
                """)
            #expect(try Self.verdict(on: report) == reply, "\(sample.testDescription)")
        }
    }

    @Test("A reply to MAIL FROM suppresses nobody, whatever its code and its words")
    func mailCommand() throws {
        for sample in try Self.samples() where ["rcpt", "content"].contains(sample.command) {
            for command in ["mail", "session"] {
                let moved = Sample(source: sample.source, command: command, expected: [], said: sample.said)
                #expect(try Self.verdict(on: moved)?.suppresses == false, "\(moved.testDescription)")
            }
        }
    }

    @Test("At the end of data several recipients are suppressed only where the reply names them")
    func severalAtTheEnd() {
        func suppresses(_ text: String, _ recipients: Int, named: Bool) -> Bool {
            RefusalJudge.verdict(
                on: RefusalEvidence(
                    command: .content, code: 550, text: text, recipients: recipients, namesAddress: named)
            ).suppresses
        }
        #expect(suppresses("User unknown", 1, named: false))
        #expect(!suppresses("User unknown", 2, named: false))
        #expect(suppresses("User unknown", 2, named: true))
        #expect(!suppresses("5.1.1 no", 1, named: true))
    }

    @Test(
        "Several recipients are each found, also where the address is not alone on its line",
        arguments: ["zoho", "v5sendmail", "gmx"])
    func several(file: String) throws {
        let text = try String(
            contentsOf: Self.fixtures.appending(path: "reports/\(file).eml"), encoding: .utf8)
        guard case .delivery(let report) = MailReport(parsing: bytes(text)) else {
            Issue.record("no report")
            return
        }
        #expect(report.recipients.flatMap(\.names) == ["ann@dest.example", "bob@dest.example"])
        #expect(report.recipients.allSatisfy { $0.action == .failed })
    }

    // MARK: Asking

    private static func verdict(on sample: Sample) throws -> RefusalVerdict? {
        if sample.command == "report" {
            let text = try String(
                contentsOf: fixtures.appending(path: "reports/\(sample.said).eml"), encoding: .utf8)
            return try verdict(on: bytes(text))
        }
        let commands: [String: RefusedCommand] = [
            "rcpt": .recipient, "mail": .mail, "content": .content, "session": .session,
        ]
        let lines = sample.said.components(separatedBy: " / ")
        let code = sample.command == "report-text" ? nil : Int(sample.said.prefix(3))
        let text = lines.joined(separator: " ")
        return RefusalJudge.verdict(
            on: RefusalEvidence(
                command: commands[sample.command], code: code, text: text, namesAddress: text.contains(recipient)))
    }

    private static func verdict(on report: [UInt8]) throws -> RefusalVerdict? {
        guard case .delivery(let report) = MailReport(parsing: report),
            let one = report.recipients.first(where: { $0.names.contains(recipient) }) ?? report.recipients.first,
            one.action == .failed
        else { return nil }
        return RefusalJudge.verdict(
            on: ReportService.evidence(of: one, to: recipient, isAlone: report.recipients.count == 1))
    }

    private static func bytes(_ text: String) -> [UInt8] {
        Array(text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n").utf8)
    }

    private func bytes(_ text: String) -> [UInt8] { Self.bytes(text) }
}
