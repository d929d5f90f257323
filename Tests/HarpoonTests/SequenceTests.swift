import Base
import Model
import TestKit
import Testing

@testable import Harpoon

/// The collected sequences of texts, with what has to come of each.
@Suite("Harpoon: sequences of texts")
struct SequenceTests {
    private struct Sequence {
        let id: String
        let value: JSONValue

        func instant(_ value: JSONValue, _ name: StaticString) throws -> Instant {
            try #require(value[name]?.string.flatMap { Instant(rfc3339: $0, naiveOffsetSeconds: 0) })
        }
    }

    private static func sequence(_ id: String) throws -> Sequence? {
        guard let lines = try Corpus.lines("sequences.jsonl") else { return nil }
        #expect(lines.count == 9)
        let value = try #require(lines.first(where: { $0["id"]?.string?.hasPrefix(id) == true }))
        return Sequence(id: id, value: value)
    }

    private static let senders: [String: Provider] = ["MobileMoney": .mtn, "T-CASH": .telecel, "GhanaPay": .ghanaPay]

    /// Plays a sequence: the payments' ids by code. The balance before it is told by a text of the network's own.
    private func play(
        _ sequence: Sequence, on bench: IntakeBench, checksBalance: Bool = true
    ) async throws -> [String: Record.ID] {
        var lines: [Provider: Stored<Line>] = [:]
        let events = Array(try #require(sequence.value["events"]?.elements))
        let first = try sequence.instant(try #require(events.first), "arrived_at")
        bench.time.jump(by: first - .seconds(3600) - bench.time.now)
        let names = try #require(sequence.value["line"]?["provider"]?.string).split(separator: "+")
        let balances = try #require(sequence.value["line"]?["balance_before"]?.string).split(separator: ", ")
        for (number, name) in names.enumerated() {
            let provider = try #require(Provider(rawValue: String(name)))
            let line = try await bench.line(provider, number: "024111222\(number)", checksBalance: checksBalance)
            lines[provider] = line
            let balance = String(try #require(balances[number].split(separator: " ").first))
            let sender = try #require(TextJudge.senders(of: provider).first)
            try await bench.take(Self.balanceText(provider, balance), from: sender, on: line)
        }
        var ids: [String: Record.ID] = [:]
        for payment in try #require(sequence.value["open_payments"]?.elements) {
            let code = try #require(payment["hpn_code"]?.string)
            let amount = try #require(payment["expected_amount"]?.string.flatMap { Money($0) })
            ids[code] = try await bench.payment(
                code, amount.pesewas, expiresAt: try sequence.instant(payment, "expires_at")
            ) { $0.expectedPayer = payment["expected_payer_phone"]?.string }
        }
        for event in events {
            try await bench.wait(try sequence.instant(event, "arrived_at") - bench.time.now)
            let sender = try #require(event["sender"]?.string)
            let line = try #require(Self.senders[sender].flatMap { lines[$0] })
            try await bench.take(
                try #require(event["text"]?.string), from: sender, on: line,
                claimedAt: try sequence.instant(event, "received_at"))
        }
        return ids
    }

    private static func balanceText(_ provider: Provider, _ balance: String) -> String {
        switch provider {
        case .mtn: "Your Current Balance: GHS \(balance) . Available Balance: GHS \(balance)."
        case .telecel:
            "0000010000000000 Confirmed. You bought GHS1.00 of airtime for 233200000111 on 2026-06-12 at 16:52:07. "
                + "Your Telecel Cash balance is GHS\(balance)."
        case .ghanaPay:
            "You have transferred GHS 1.00 to 0540000003 MTN MOBILE MONEY. Ref: x. Transaction ID: 10000000001. "
                + "Balance: GHS \(balance)."
        case .at:
            "Transfer of GHS 1.00 to A was successful. Reference No: 1000000001. Fee: GHS 0. "
                + "Balance: GHS \(balance)."
        }
    }

    @Test("The same text twice is one payment")
    func twice() async throws {
        guard let sequence = try Self.sequence("seq-01") else { return }
        let bench = IntakeBench()
        let ids = try await play(sequence, on: bench)
        #expect(try await bench.state(#require(ids["Q7W3KD"])) == .success)
        #expect(try await bench.receipts().count { $0.payment != nil } == 1)
    }

    @Test("Another text with the same id changes nothing and is kept as a conflict")
    func conflict() async throws {
        guard let sequence = try Self.sequence("seq-02") else { return }
        let bench = IntakeBench()
        let ids = try await play(sequence, on: bench)
        let payment = try await bench.ledger.transaction(#require(ids["H4KT9M"])).value
        #expect(payment.state == .partial && payment.payment?.amount.text == "50.00")
        let states = try await bench.receipts().filter { $0.payment != nil }.map(\.state)
        #expect(states == [.matched, .review])
    }

    @Test("Two payments the wrong way round both count, the first once the second has come")
    func order() async throws {
        guard let sequence = try Self.sequence("seq-03") else { return }
        let bench = IntakeBench()
        let ids = try await play(sequence, on: bench)
        for code in ["Z8PV2C", "R5TN7X"] { #expect(try await bench.state(#require(ids[code])) == .success) }
        let receipts = try await bench.receipts().filter { $0.payment != nil }
        #expect(receipts.map(\.state) == [.matched, .matched])
        #expect(receipts.map(\.warnings) == [[], ["its transaction id is older than one that came before"]])
    }

    @Test("A forgery under the true name is for a person once the next true text goes on from before it")
    func forged() async throws {
        guard let sequence = try Self.sequence("seq-04") else { return }
        let bench = IntakeBench()
        let ids = try await play(sequence, on: bench)
        let forged = try await bench.ledger.transaction(#require(ids["C4WM8Y"])).value
        #expect(forged.state == .manualReview && forged.reason?.contains("never came") == true)
        #expect(try await bench.state(#require(ids["Q9RJ2T"])) == .success)
        let unchecked = IntakeBench()
        let others = try await play(sequence, on: unchecked, checksBalance: false)
        #expect(try await unchecked.state(#require(others["C4WM8Y"])) == .success)
    }

    @Test("A wrong clock of the phone moves neither expiry nor the payment's time, and is told")
    func clock() async throws {
        guard let sequence = try Self.sequence("seq-05") else { return }
        let bench = IntakeBench()
        let ids = try await play(sequence, on: bench)
        let mtn = try await bench.ledger.transaction(#require(ids["Z8PV2C"])).value
        let telecel = try await bench.ledger.transaction(#require(ids["R5TN7X"])).value
        #expect(mtn.state == .success && telecel.state == .success)
        #expect(mtn.payment?.at.rfc3339(.none) == "2026-08-01T15:00:04Z")
        #expect(telecel.payment?.at.rfc3339(.none) == "2026-08-01T15:20:00Z")
        let receipts = try await bench.receipts().filter { $0.payment != nil }
        #expect(receipts.allSatisfy { $0.warnings == ["the forwarder's clock is off"] && $0.line != nil })
    }

    @Test("What goes out and what the network gives move the balance too")
    func between() async throws {
        guard let sequence = try Self.sequence("seq-06") else { return }
        let bench = IntakeBench()
        let ids = try await play(sequence, on: bench)
        #expect(try await bench.state(#require(ids["H4KT9M"])) == .success)
    }

    @Test(
        "Two parts of one text are joined, in either order, and none completes anything alone",
        arguments: [false, true])
    func parts(isTurned: Bool) async throws {
        guard let sequence = try Self.sequence("seq-07") else { return }
        let bench = IntakeBench()
        guard isTurned else {
            let ids = try await play(sequence, on: bench)
            let payment = try await bench.ledger.transaction(#require(ids["Q9RJ2T"])).value
            #expect(payment.state == .success && payment.payment?.telcoID == "86713875000")
            #expect(try await bench.receipts().map(\.state).suffix(2) == [.dismissed, .matched])
            return
        }
        let id = try await bench.payment("Q9RJ2T", 6000)
        let line = try await bench.line()
        let texts = try #require(sequence.value["events"]?.elements).compactMap { $0["text"]?.string }
        for (number, text) in texts.reversed().enumerated() {
            if number == 1 { #expect(try await bench.state(id) == .pending) }
            try await bench.take(text, on: line)
        }
        #expect(try await bench.state(id) == .success)
    }

    @Test("Parts that come too far apart are kept, each for itself")
    func partsApart() async throws {
        guard let sequence = try Self.sequence("seq-07") else { return }
        let bench = IntakeBench()
        let id = try await bench.payment("Q9RJ2T", 6000)
        let line = try await bench.line()
        for text in try #require(sequence.value["events"]?.elements).compactMap({ $0["text"]?.string }) {
            try await bench.take(text, on: line)
            try await bench.wait(.seconds(31))
        }
        #expect(try await bench.state(id) == .pending)
        #expect(try await bench.receipts().map(\.state) == [.review, .review])
    }

    @Test("What the payer types proves neither number nor amount")
    func typed() async throws {
        guard let sequence = try Self.sequence("seq-08") else { return }
        let bench = IntakeBench()
        let ids = try await play(sequence, on: bench)
        let payment = try await bench.ledger.transaction(#require(ids["C4WM8Y"])).value
        #expect(payment.state == .manualReview && payment.payment?.amount.text == "1.00")
        #expect(payment.payment?.telcoID == "86716750000")
    }

    @Test("The same digits of two networks are two payments")
    func digits() async throws {
        guard let sequence = try Self.sequence("seq-09") else { return }
        let bench = IntakeBench()
        let ids = try await play(sequence, on: bench)
        for code in ["Q7W3KD", "H4KT9M"] { #expect(try await bench.state(#require(ids[code])) == .success) }
    }

    @Test("The collected texts of one wallet, in their order, are one chain, whatever they tell of")
    func wallet() throws {
        guard let lines = try Corpus.lines("cases.jsonl") else { return }
        for (provider, prefixes) in [(Provider.mtn, ["mtn-out", "mtn-oth"]), (.telecel, ["tel-out", "tel-oth"])] {
            var chain = BalanceChain()
            var moved = 0
            for item in lines {
                let id = try #require(item["id"]?.string)
                guard prefixes.contains(where: { id.hasPrefix($0) }) else { continue }
                let text = try #require(item["text"]?.string)
                guard case .moved(let movement)? = OtherText.effect(text, on: provider) else { continue }
                moved += 1
                let outcome = chain.take(.moved(movement), holding: nil, at: IntakeBench.start, wait: .seconds(900))
                #expect(outcome.isContinued, "\(id): \(movement)")
            }
            #expect(moved >= 6, "\(provider): \(moved)")
        }
    }
}
