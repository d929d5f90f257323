import AdapterKit
import Base
import Model

/// A record with what its body says.
struct Stored<Value: Sendable>: Sendable {
    var record: Record
    var value: Value
}

/// A merchant's payments and what came in, in the store: finds them, and makes steps of them that hold.
///
/// A step is made on the record as it was read. Where somebody was quicker, it is read again and judged anew; so of two
/// steps at one instant each sees the other or comes after it, and a payment's end is told once.
struct Ledger: Sendable {
    let desk: RecordDesk
    let ids: PublicIDs
    let now: Instant

    /// So often a step is judged anew before its caller is asked to come back.
    static let tries = 5
    private static let pause: Duration = .seconds(1)

    // MARK: Finding

    func transaction(_ id: Record.ID) async throws(KernelFailure) -> Stored<Transaction> {
        try Self.found(await desk.record(id, in: Transaction.collection))
    }

    func transaction(_ key: RecordKey) async throws(KernelFailure) -> Stored<Transaction> {
        try Self.found(await desk.record(key, in: Transaction.collection))
    }

    private static func found(_ record: Record?) throws(KernelFailure) -> Stored<Transaction> {
        guard let record else { throw .notFound(.record(Transaction.collection)) }
        return Stored(record: record, value: try Transaction(record))
    }

    /// What came in with this id of this network; nil where nothing did.
    func receipt(_ provider: Provider, _ telcoID: String) async throws(KernelFailure) -> Stored<Receipt>? {
        guard let record = try await desk.record(Receipt.telcoKey(provider, telcoID), in: Receipt.collection) else {
            return nil
        }
        return Stored(record: record, value: try Receipt(record))
    }

    /// What came in with this id of a network; nil where nothing did. Of several networks' the latest.
    func receipt(telcoID: String) async throws(KernelFailure) -> Stored<Receipt>? {
        var latest: Stored<Receipt>?
        for provider in Provider.allCases {
            guard let found = try await receipt(provider, telcoID),
                found.record.id > latest?.record.id ?? Record.ID(0)
            else { continue }
            latest = found
        }
        return latest
    }

    func receipt(_ id: Record.ID) async throws(KernelFailure) -> Stored<Receipt>? {
        guard let record = try await desk.record(id, in: Receipt.collection) else { return nil }
        return Stored(record: record, value: try Receipt(record))
    }

    // MARK: Steps

    /// Makes a step of a payment by its state alone; `wrongState` where that does not allow it.
    func change(
        _ id: Record.ID, _ operation: Operation, _ step: (Transaction) throws(Transaction.Refusal) -> Transaction
    ) async throws(KernelFailure) -> Stored<Transaction> {
        try await trying { () async throws(KernelFailure) -> Stored<Transaction> in
            let stored = try await transaction(id)
            let next: Transaction
            do throws(Transaction.Refusal) {
                next = try step(stored.value)
            } catch {
                throw .wrongState(
                    .record(Transaction.collection), state: .named(error.state.rawValue), operation: operation)
            }
            var steps = [edit(stored, to: next)]
            if let step = try await money(of: stored, after: next) { steps.append(step) }
            try await commit(steps, [news(stored, next)])
            return Stored(record: stored.record, value: next)
        }
    }

    /// What becomes of the money that is held for a payment: it counts with it, or can be another's once it does not.
    /// `used`: other money, which counts in its place. nil where none is held.
    func money(
        of stored: Stored<Transaction>, after next: Transaction, instead used: Record.ID? = nil
    ) async throws(KernelFailure) -> RecordStep? {
        guard let payment = stored.value.payment, let telcoID = payment.telcoID,
            let held = try await receipt(payment.provider, telcoID), held.record.id != used,
            held.value.transaction == stored.record.id, [.held, .waiting].contains(held.value.state)
        else { return nil }
        var receipt = held.value
        switch next.state {
        case _ where used != nil:
            receipt.state = held.value.state == .held ? .unmatched : .waiting
            receipt.transaction = nil
            receipt.reason = "other money counts for its payment"
        case .success, .partial, .overpaid: receipt.state = .matched
        case .cancelled:
            receipt.state = held.value.state == .held ? .unmatched : .waiting
            receipt.transaction = nil
            receipt.reason = "its payment was cancelled"
        case .failed: receipt.state = .dismissed
        case .created, .pending, .processing, .manualReview, .expired, .refunded: return nil
        }
        return edit(held, to: receipt)
    }

    /// Does it again while somebody else is quicker.
    func trying<Value>(
        _ tries: Int = Self.tries, _ body: () async throws(KernelFailure) -> Value
    ) async throws(KernelFailure) -> Value {
        for _ in 0..<tries {
            do throws(KernelFailure) {
                return try await body()
            } catch {
                guard Self.isOvertaken(error) else { throw error }
            }
        }
        throw .busy(.record(Transaction.collection), retryAfter: Self.pause)
    }

    /// The store met the record otherwise than it was read. A refusal of our own names an operation of its own.
    private static func isOvertaken(_ failure: KernelFailure) -> Bool {
        switch failure {
        case .wrongState(.record, state: _, operation: .edit): true
        case .alreadyExists(.record(LineMemory.collection), field: _): true
        default: false
        }
    }

    @discardableResult
    func commit(
        _ steps: [RecordStep], _ news: [RecordAnnouncement?]
    ) async throws(KernelFailure) -> [RecordReceipt] {
        try await desk.commit(RecordUnit(steps, announcing: news.compactMap { $0 }, at: now))
    }

    func edit(_ stored: Stored<Transaction>, to next: Transaction) -> RecordStep {
        TransactionEdit.step(stored, to: next)
    }

    func edit(_ stored: Stored<Receipt>, to next: Receipt) -> RecordStep {
        .edit(
            RecordEdit(
                stored.record.id, collection: Receipt.collection, expecting: .version(stored.record.version),
                state: next.state.rawValue, body: next.body))
    }

    /// nil where nobody is told of the state that it has come to.
    func news(_ stored: Stored<Transaction>, _ next: Transaction) -> RecordAnnouncement? {
        TransactionEdit.news(stored, next, ids)
    }
}

/// A step of a payment as the store makes it: for routes and for the payment's own time alike.
enum TransactionEdit {
    static func step(_ stored: Stored<Transaction>, to next: Transaction) -> RecordStep {
        let (before, after) = (Set(stored.value.marks), Set(next.marks))
        return .edit(
            RecordEdit(
                stored.record.id, collection: Transaction.collection, expecting: .version(stored.record.version),
                state: next.state.rawValue, body: next.body, unmarked: Array(before.subtracting(after)),
                marked: Array(after.subtracting(before)), due: next.due))
    }

    static func news(
        _ stored: Stored<Transaction>, _ next: Transaction, _ ids: PublicIDs
    ) -> RecordAnnouncement? {
        guard next.state != stored.value.state, let event = next.state.event else { return nil }
        let view = TransactionView(Stored(record: stored.record, value: next), ids)
        return RecordAnnouncement(
            account: stored.record.space.account, origin: stored.record.space.origin, name: event.rawValue,
            data: JSONWriter.value(TransactionNews(view: view)),
            target: next.webhookURL.map { .url(UserData($0)) } ?? .subscribers)
    }

    /// What becomes of a payment at its time: nothing came, or what came is for a person.
    static func due(_ record: Record, _ now: Instant, _ ids: PublicIDs) -> RecordUnit? {
        guard let transaction = try? Transaction(record),
            let next = transaction.expired(at: now) ?? transaction.overdue(at: now)
        else { return nil }
        let stored = Stored(record: record, value: transaction)
        return RecordUnit(
            [step(stored, to: next)], announcing: [news(stored, next, ids)].compactMap { $0 }, at: now)
    }
}
