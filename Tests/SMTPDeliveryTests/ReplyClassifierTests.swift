import Model
import Ports
import SMTPWire
import Testing

@testable import SMTPDelivery

struct ReplyClassifierTests {
    /// A reply as it comes over the wire.
    private func reply(_ line: String) throws -> Reply {
        var parser = ReplyParser()
        parser.append(Array("\(line)\r\n".utf8))
        return try #require(try parser.next())
    }

    private func classify(_ line: String, _ stage: TransactionStage?) throws -> AttemptResult.Class {
        ReplyClassifier.verdict(on: try reply(line), at: stage).classification
    }

    @Test(
        "Without words a precise enhanced status decides",
        arguments: [
            ("550 5.1.1 x", AttemptResult.Class.invalidRecipient), ("550 5.1.2 x", .badDomain),
            ("553 5.1.3 x", .invalidRecipient), ("550 5.1.6 x", .inactiveMailbox), ("553 5.1.7 x", .invalidSender),
            ("550 5.1.8 x", .invalidSender), ("556 5.1.10 x", .badDomain), ("550 5.2.1 x", .inactiveMailbox),
            ("552 5.2.2 x", .mailboxFull), ("452 4.2.2 x", .mailboxFull), ("552 5.2.3 x", .content),
            ("552 5.3.4 x", .content), ("450 4.4.1 x", .noAnswer), ("450 4.4.3 x", .dnsFailure),
            ("554 5.4.6 x", .routing), ("451 4.4.5 x", .throttled), ("554 5.4.7 x", .expired),
            ("452 4.5.3 x", .throttled), ("500 5.5.2 x", .protocolError), ("554 5.6.0 x", .content),
            ("530 5.7.8 x", .authentication), ("550 5.7.23 x", .authentication), ("550 5.7.26 x", .authentication),
            ("550 5.7.27 x", .invalidSender), ("450 4.7.28 x", .throttled), ("450 4.7.1 x", .throttled),
        ])
    func precise(line: String, expected: AttemptResult.Class) throws {
        #expect(try classify(line, .recipient) == expected)
    }

    @Test(
        "Words outweigh the status, and stand in any line",
        arguments: [
            ("550 5.1.1 mailbox full of spam", AttemptResult.Class.mailboxFull),
            ("450 4.7.1 Greylisted for 5 minutes", .greylisted), ("421 4.7.0 Too many connections", .throttled),
            ("550-5.1.1 first\r\n550 5.1.1 blacklisted", .reputation),
            ("550-5.7.1 user\r\n550 5.7.1 unknown", .invalidRecipient), ("550 4.7.1 try later", .transient),
        ])
    func worded(line: String, expected: AttemptResult.Class) throws {
        #expect(try classify(line, .recipient) == expected)
    }

    @Test(
        "A bare code is read by the command that it answers, and names no mailbox",
        arguments: [
            ("550 no", TransactionStage.mail, AttemptResult.Class.invalidSender),
            ("550 no", .recipient, .unknown), ("550 no", .content, .policy), ("551 no", .recipient, .unknown),
            ("552 no", .mail, .content), ("552 no", .recipient, .mailboxFull),
            ("553 no", .mail, .invalidSender), ("553 no", .recipient, .unknown),
            ("501 no", .recipient, .protocolError), ("501 no", .data, .protocolError),
            ("503 no", .recipient, .protocolError), ("530 no", .mail, .authentication),
            ("556 no", .recipient, .badDomain), ("554 no", .content, .policy), ("450 no", .recipient, .transient),
            ("451 no", .content, .transient), ("421 no", .mail, .transient), ("599 no", .content, .unknown),
        ])
    func coded(line: String, stage: TransactionStage, expected: AttemptResult.Class) throws {
        #expect(try classify(line, stage) == expected)
    }

    @Test("The first digit alone says whether it is tried again, whatever status stands behind it")
    func permanence() throws {
        #expect(ReplyClassifier.verdict(on: try reply("550 4.7.1 try later"), at: .recipient).isPermanent)
        #expect(!ReplyClassifier.verdict(on: try reply("450 5.1.1 user unknown"), at: .recipient).isPermanent)
    }

    @Test("Every reply code has a class at every stage, none of them is success, and bare ones suppress nobody but 556")
    func total() throws {
        for code in 400...599 {
            for stage in [TransactionStage.mail, .recipient, .data, .content, nil] {
                let verdict = ReplyClassifier.verdict(on: try reply("\(code) no"), at: stage)
                #expect(verdict.classification != .none)
                #expect(!verdict.suppresses || (code == 556 && stage == .recipient))
            }
        }
    }
}
