import Base
import Model
import Ports
import TestKit
import Testing

extension StoreConformance {
    /// Messages of our own about deliveries that ended.
    static let reports = [
        StoreCheck("A report is accepted with the settlement that it tells of, queued and told like other mail") {
            bench in
            let id = try await bench.accept()
            let listener = Listener()
            bench.observe(listener)
            #expect(try await bench.settle([failed(id)], reports: [report(on: [0])]) == [true])
            try await bench.reopen()
            let told = try #require(try await bench.pending().first { $0.id.message != id })
            let made = try await bench.message(told.id.message)
            #expect(made.origin == .reports)
            #expect(made.submission.raw?.bytes == Array("Subject: x\r\n\r\n".utf8) && made.submission.raw?.trace == nil)
            #expect(made.recipients.map(\.state) == [.queued])
            #expect(listener.heard.map(\.id.message) == [made.id] && listener.heard.map(\.origin) == [.reports])
            #expect(try await bench.pending().map(\.id.message) == [made.id])
        },
        StoreCheck("Settlements that do not apply have no report; one of several is enough") { bench in
            let id = try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x.net", "b@x.net"])))
            #expect(
                try await bench.settle(
                    [failed(id), failed(id), failed(id, 1)], reports: [report(on: [1]), report(on: [0, 1])])
                    == [true, false, true])
            #expect(try await bench.settle([failed(id)], reports: [report(on: [0])]) == [false])
            #expect(try await bench.list(nil).total == 2)
        },
        StoreCheck("A report counts against no quota and goes to suppressed addresses, and no personality lists it") {
            bench in
            _ = try await bench.commit(.directory(.createAccount(name: "acme", parent: nil, at: Fixture.start)))
            _ = try await bench.commit(.suppression(.add(Fixture.suppression("ops@example.com"))))
            _ = try await bench.commit(.limits(.setQuota(.account(Account.ID(1)), Quota.Kind(.day), limit: 1)))
            let id = try await bench.accept()
            try await bench.settle([failed(id)], reports: [report(on: [0])])
            #expect(try await bench.list(nil).total == 2)
            #expect(try await bench.list().total == 1)
            let used = try await bench.store.quotas(of: .account(Account.ID(1)), at: Fixture.start)
            #expect(used.map(\.used) == [1])
        },
        StoreCheck("A report on what was heard later is accepted with it, if it takes its recipient further") { bench in
            let id = try await bench.accept()
            try await bench.settle(Fixture.settlement(id.value))
            let result = AttemptResult(classification: .invalidRecipient, code: 550, text: UserData("no"))
            let news = RecipientReport(
                id: DeliveryID(message: id, recipient: 0), at: Fixture.start, news: .bounced(result))
            let first = try await bench.commit(.report([news], reports: [report(on: [0])]))
            let second = try await bench.commit(.report([news], reports: [report(on: [0])]))
            #expect(first.applied == [true] && second.applied == [false])
            try await bench.reopen()
            #expect(try await bench.list(nil).items.map(\.origin) == [.reports, Fixture.personality])
            #expect(try await bench.states(id) == [.bounced])
        },
        StoreCheck("Nobody has a webhook for a report") { bench in
            let hook = try await bench.makeWebhook(Fixture.webhook())
            let id = try await bench.accept()
            try await bench.settle([failed(id)], reports: [report(on: [0])])
            #expect(try await bench.list(nil).total == 2)
            #expect(try await bench.deliveries(hook).map(\.message) == [id, id])
        },
    ]

    private static func failed(_ message: Message.ID, _ recipient: Int = 0) -> Settlement {
        Fixture.settlement(message.value, recipient: recipient, .finished([.bounced]))
    }

    private static func report(on settlements: [Int]) -> SettlementReport {
        var submission = Fixture.submission(from: "MAILER-DAEMON@mail.example", to: ["ops@example.com"], text: nil)
        submission.raw = RawContent(
            bytes: Array("Subject: x\r\n\r\n".utf8), reversePath: nil, isInternational: false, trace: nil,
            reports: ReportWishes())
        var message = Fixture.message(submission, origin: .reports)
        message.key = AccessKey.noID
        return SettlementReport(message: message, settlements: settlements)
    }
}

extension StoreBench {
    @discardableResult
    fileprivate func settle(_ settlements: [Settlement], reports: [SettlementReport]) async throws -> [Bool] {
        try #require(try await commit(.settle(settlements, reports: reports)).applied)
    }
}
