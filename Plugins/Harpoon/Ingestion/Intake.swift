import AdapterKit
import Base
import Model

/// What comes in by a line, into the ledger: tells it from its repetition, finds whose money it is, and makes both on
/// disk in one unit.
struct Intake: Sendable {
    let ledger: Ledger

    enum Outcome: Sendable, Equatable {
        /// Kept, in this state.
        case kept(Record.ID, Receipt.State)
        /// It was here before.
        case repeated
    }

    /// A text of a line.
    func take(
        text: String, from sender: String, line: Stored<Line>?, provider: Provider, senders: [String],
        claimedAt: Instant?
    ) async throws(KernelFailure) -> Outcome {
        let kept = String(text.prefix(HarpoonLimits.smsCharacters))
        var receipt = Receipt(
            state: .review, provider: provider, line: line?.record.id, sender: sender, text: kept,
            claimedAt: claimedAt, arrivedAt: ledger.now)
        if let claimedAt, !Receipt.isCredible(claimedAt, at: ledger.now) {
            receipt.warnings.append("the forwarder's clock is off")
        }
        switch TextJudge.verdict(kept, from: sender, on: provider, senders: senders) {
        case .incoming(let payment):
            receipt.payment = payment
            return try await take(receipt)
        case .suspicious(let reason):
            receipt.state = .suspicious
            receipt.reason = reason
        case .other: receipt.state = .other
        case .unread: receipt.reason = "of no known form"
        }
        return try await keep(receipt)
    }

    /// A payment that was read already.
    func take(_ receipt: Receipt) async throws(KernelFailure) -> Outcome {
        try await ledger.trying { () async throws(KernelFailure) -> Outcome in
            do throws(KernelFailure) {
                return try await settle(receipt)
            } catch .alreadyExists(.record(Receipt.collection), field: Receipt.telcoIndex.name) {
                return try await repeated(receipt)
            } catch .alreadyExists(.record(Receipt.collection), field: Receipt.textIndex.name) {
                return .repeated
            }
        }
    }

    // MARK: Whose it is

    private func settle(_ receipt: Receipt) async throws(KernelFailure) -> Outcome {
        var receipt = receipt
        guard let payment = receipt.payment else { return try await keep(receipt) }
        let waiting = try await waiting(for: payment)
        guard waiting.count == 1, let stored = waiting.first else {
            receipt.state = payment.telcoID == nil ? .review : .unmatched
            receipt.reason =
                waiting.isEmpty ? "no waiting payment's code in it" : "several waiting payments' codes in it"
            return try await keep(receipt)
        }
        let doubt: String?
        switch Matching.verdict(payment, for: stored.value) {
        case .none(let reason):
            receipt.state = .unmatched
            receipt.reason = reason
            return try await keep(receipt)
        case .settles: doubt = nil
        case .doubtful(let reason): doubt = reason
        }
        receipt.state = doubt == nil ? .matched : .held
        receipt.reason = doubt
        receipt.transaction = stored.record.id
        guard let next = try? stored.value.paid(by: payment.payment(at: receipt.paidAt), doubt: doubt, at: ledger.now)
        else { throw .internalError(incident: "a waiting payment cannot be paid") }
        let receipts = try await ledger.commit(
            [.insert(insertion(receipt)), ledger.edit(stored, to: next)], [ledger.news(stored, next)])
        return .kept(receipts[0].id, receipt.state)
    }

    /// The waiting payments whose codes stand in the reference.
    private func waiting(for payment: IncomingPayment) async throws(KernelFailure) -> [Stored<Transaction>] {
        var waiting: [Stored<Transaction>] = []
        for code in payment.codes {
            let key = RecordKey(Transaction.codeIndex, code.text)
            guard let record = try await ledger.desk.record(key, in: Transaction.collection),
                record.state == TransactionState.pending.rawValue
            else { continue }
            waiting.append(Stored(record: record, value: try Transaction(record)))
        }
        // Its time is over by the server's clock, whether or not it was woken yet.
        return waiting.filter { $0.value.expiresAt > ledger.now }
    }

    // MARK: Keeping

    private func keep(_ receipt: Receipt, isConflict: Bool = false) async throws(KernelFailure) -> Outcome {
        do throws(KernelFailure) {
            let receipts = try await ledger.commit([.insert(insertion(receipt, isConflict: isConflict))], [])
            return .kept(receipts[0].id, receipt.state)
        } catch .alreadyExists(.record(Receipt.collection), field: Receipt.textIndex.name) {
            return .repeated
        }
    }

    private func insertion(_ receipt: Receipt, isConflict: Bool = false) -> NewRecord {
        NewRecord(
            in: ledger.desk.space(Receipt.collection), state: receipt.state.rawValue, body: receipt.body,
            keys: receipt.keys(isConflict: isConflict),
            marks: receipt.transaction.map { [RecordMark(Receipt.transactionMark, ledger.ids.reference($0))] } ?? [])
    }

    /// The first one with an id counts. One that says something else is kept beside it for a person, and changes
    /// nothing.
    private func repeated(_ receipt: Receipt) async throws(KernelFailure) -> Outcome {
        guard let id = receipt.payment?.telcoID,
            let record = try await ledger.desk.record(
                Receipt.telcoKey(receipt.provider, id), in: Receipt.collection)
        else { return .repeated }
        if receipt.agrees(with: try Receipt(record)) { return .repeated }
        var conflict = receipt
        conflict.state = .review
        conflict.transaction = nil
        conflict.reason = "another text with the same transaction id says something else"
        return try await keep(conflict, isConflict: true)
    }
}
