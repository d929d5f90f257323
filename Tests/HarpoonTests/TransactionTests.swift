import Base
import Model
import Testing

@testable import Harpoon

@Suite("Harpoon: what becomes of a payment")
struct TransactionTests {
    private static let start = Instant(seconds: 1_781_100_000)

    private static func transaction(_ state: TransactionState = .pending, pesewas: Int64 = 7500) -> Transaction {
        var transaction = Transaction(
            expected: Money(pesewas: pesewas), createdAt: start, expiresAt: start + .seconds(3600))
        transaction.state = state
        if state == .manualReview || state.isVerified { transaction.payment = payment(pesewas) }
        return transaction
    }

    private static func payment(_ pesewas: Int64) -> Transaction.Payment {
        Transaction.Payment(
            provider: .mtn, telcoID: "83117354618", amount: Money(pesewas: pesewas), phone: nil, name: "ESI", at: start)
    }

    @Test(
        "What came decides how it ends, and the difference is told with its sign",
        arguments: [
            (7500, .success, .exact), (6000, .partial, .underpaid), (8000, .overpaid, .overpaid),
        ] as [(Int64, TransactionState, Difference)])
    func amounts(_ pesewas: Int64, _ state: TransactionState, _ difference: Difference) throws {
        let now = Self.start + .seconds(60)
        let paid = try Self.transaction().paid(by: Self.payment(pesewas), at: now)
        #expect(paid.state == state && paid.difference == difference)
        #expect(paid.processingAt == now && paid.completedAt == now && paid.processingTime == .zero)
    }

    @Test("A doubtful payment waits for a person, who lets it count or not")
    func review() throws {
        let held = try Self.transaction().paid(by: Self.payment(7500), doubt: "why", at: Self.start)
        #expect(held.state == .manualReview && held.completedAt == nil && held.reason == "why")
        #expect(try held.approved(at: Self.start).state == .success)
        #expect(try held.failed(because: "no", at: Self.start).state == .failed)
        #expect(try held.cancelled(because: nil, at: Self.start).state == .cancelled)
    }

    @Test("It expires at its time and not before, and only while it waits")
    func expiry() {
        #expect(Self.transaction().expired(at: Self.start + .seconds(3599)) == nil)
        #expect(Self.transaction().expired(at: Self.start + .seconds(3600))?.state == .expired)
        for state in TransactionState.allCases where state != .pending {
            #expect(Self.transaction(state).expired(at: Self.start + .seconds(9999)) == nil)
        }
    }

    @Test("It is called off from the states that are not ends, and from no other", arguments: TransactionState.allCases)
    func cancel(_ state: TransactionState) {
        let cancelled = try? Self.transaction(state).cancelled(because: nil, at: Self.start)
        let isAllowed: Set<TransactionState> = [.pending, .processing, .manualReview]
        #expect((cancelled?.state == .cancelled) == isAllowed.contains(state))
    }

    @Test(
        "Money that is found by hand counts for what waits, and for nothing that has ended",
        arguments: TransactionState.allCases)
    func reconcile(_ state: TransactionState) {
        let found = try? Self.transaction(state).reconciled(with: Self.payment(7500), at: Self.start)
        let isAllowed: Set<TransactionState> = [.pending, .processing, .manualReview]
        #expect((found?.state == .success) == isAllowed.contains(state))
    }

    @Test("Ends are those of the vendor's table")
    func ends() {
        let open: Set<TransactionState> = [.created, .pending, .processing, .manualReview]
        for state in TransactionState.allCases { #expect(state.isTerminal != open.contains(state)) }
        #expect(TransactionState.living == open)
    }

    @Test("A payment reads back as it was, with everything that it can have")
    func record() throws {
        var transaction = Self.transaction()
        transaction.phone = "0241112223"
        transaction.customerName = "Ann \"A\""
        transaction.details = "two\nlines"
        transaction.webhookURL = "https://a.example/"
        transaction.redirectURL = "https://a.example/#done"
        transaction.clientReference = "ord-1"
        transaction.meta = Array(#"{"a":1.0}"#.utf8)
        transaction.expectedTelcoID = "0001"
        transaction.expectedPayer = "0241112223"
        transaction.wantsPayerSMS = false
        for value in [transaction, try transaction.paid(by: Self.payment(1), doubt: "d", at: Self.start)] {
            let space = RecordSpace(
                account: Account.ID(1), origin: PersonalityID("harpoon"), mode: .live, collection: "transaction")
            let record = Record(
                id: Record.ID(1), space: space, state: value.state.rawValue, createdAt: Self.start, since: Self.start,
                body: value.body)
            #expect(try Transaction(record) == value)
        }
    }

    // MARK: Random sequences

    /// What may happen to a payment, in any order.
    private enum Event: CaseIterable {
        case pay, payDoubtfully, expire, cancel, reconcile, approve, fail, refund
    }

    private static func after(_ event: Event, _ transaction: Transaction, at now: Instant) -> Transaction? {
        switch event {
        case .pay: try? transaction.paid(by: payment(7500), at: now)
        case .payDoubtfully: try? transaction.paid(by: payment(100), doubt: "d", at: now)
        case .expire: transaction.expired(at: now)
        case .cancel: try? transaction.cancelled(because: nil, at: now)
        case .reconcile: try? transaction.reconciled(with: payment(9000), at: now)
        case .approve: try? transaction.approved(at: now)
        case .fail: try? transaction.failed(because: nil, at: now)
        case .refund: try? transaction.refunded(at: now)
        }
    }

    @Test("No sequence leaves the table of states, and every end but that of a refund is the last", arguments: 0..<500)
    func sequences(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var transaction = Self.transaction()
        var path = [transaction.state]
        for step in 0..<20 {
            let event = try #require(Event.allCases.randomElement(using: &random))
            let now = Self.start + .seconds(step * 400)
            guard let next = Self.after(event, transaction, at: now) else { continue }
            // By way of processing, where that is passed through in one step.
            let isDirect = transaction.state.next.contains(next.state)
            let isThrough =
                transaction.state.next.contains(.processing)
                && TransactionState.processing.next.contains(next.state)
            #expect(isDirect || isThrough, "seed \(seed): \(transaction.state) to \(next.state)")
            #expect(!transaction.state.isTerminal || next.state == .refunded, "seed \(seed)")
            transaction = next
            path.append(next.state)
        }
        let ends = path.filter { $0.isTerminal && $0 != .refunded }
        #expect(ends.count <= 1, "seed \(seed): \(path)")
        #expect(transaction.state.isTerminal == (transaction.completedAt != nil), "seed \(seed)")
    }
}
