import AdapterKit
import Base
import Kernel
import Model
import Ports
import TestKit

@testable import Harpoon

/// A merchant with lines, payments that wait, and a clock that the test moves.
struct IntakeBench {
    static let start = Instant(seconds: 1_785_585_600)

    let store: MemoryStore
    let time: HandTime
    let desk: RecordDesk
    let ids: PublicIDs
    let rules: IntakeRules

    init(wait: Duration = HarpoonLimits.balanceWait, forwards: Bool = false) {
        let harpoon = Harpoon()
        store = MemoryStore(origins: [harpoon.id])
        time = HandTime(now: Self.start)
        desk = RecordDesk(RecordService(store: store), account: Account.ID(1), origin: harpoon.id, mode: .live)
        ids = PublicIDs(key: [UInt8](repeating: 1, count: 32), of: harpoon)
        rules = IntakeRules(wait: wait, forwards: forwards, random: AnyRandom(SeededRandom(seed: 1)))
    }

    var ledger: Ledger { Ledger(desk: desk, ids: ids, now: time.now) }

    func line(
        _ provider: Provider = .mtn, number: String = "0241112223", checksBalance: Bool = true
    ) async throws -> Stored<Line> {
        let line = Line(
            provider: provider, number: number, forwarder: .smsGateway, senders: [], sealedSecret: [],
            createdAt: time.now, checksBalance: checksBalance)
        let made = try await ledger.commit(
            [.insert(NewRecord(in: desk.space(Line.collection), state: Line.state, body: line.body))], [])
        let record = try await desk.record(made[0].id, in: Line.collection)
        guard let record else { throw Missing() }
        return Stored(record: record, value: line)
    }

    /// A payment that waits under this code.
    func payment(
        _ code: String, _ pesewas: Int64, expiresAt: Instant? = nil, change: (inout Transaction) -> Void = { _ in }
    ) async throws -> Record.ID {
        var transaction = Transaction(
            expected: Money(pesewas: pesewas), createdAt: time.now,
            expiresAt: expiresAt ?? time.now + .seconds(86_400))
        change(&transaction)
        let made = try await ledger.commit(
            [
                .insert(
                    NewRecord(
                        in: desk.space(Transaction.collection), state: transaction.state.rawValue,
                        body: transaction.body, mint: RecordMint(Transaction.codeIndex, candidates: [code]),
                        due: transaction.due))
            ], [])
        return made[0].id
    }

    @discardableResult
    func take(
        _ text: String, from sender: String = "MobileMoney", on line: Stored<Line>, claimedAt: Instant? = nil
    ) async throws -> Intake.Outcome {
        try await Intake(ledger: ledger, rules: rules).take(
            ForwardedText(sender: sender, message: text, receivedAt: claimedAt), on: line)
    }

    /// A receipt of MTN's.
    func receipt(
        _ code: String, _ amount: String, balance: String, id: String, name: String = "ESI BOATENG"
    ) -> String {
        "Payment received for GHS \(amount) from \(name) Current Balance: GHS \(balance) . Available Balance: "
            + "GHS \(balance). Reference: \(code). Transaction ID: \(id). TRANSACTION FEE: 0.00"
    }

    func state(_ id: Record.ID) async throws -> TransactionState { try await ledger.transaction(id).value.state }

    /// Time goes on, and what is due by then is made.
    func wait(_ duration: Duration) async throws {
        time.advance(by: duration)
        for record in try await store.dueRecords(at: time.now, limit: 1000) {
            guard let unit = TransactionEdit.due(record, time.now, ids) else { continue }
            _ = try await desk.commit(unit)
        }
    }

    func receipts() async throws -> [Receipt] {
        let page = try await desk.records(RecordQuery(in: desk.space(Receipt.collection), limit: 1000))
        return try page.records.reversed().map { try Receipt($0) }
    }

    struct Missing: Error {}
}
