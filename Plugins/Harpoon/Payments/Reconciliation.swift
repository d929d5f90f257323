import AdapterKit
import Base
import Model

/// `POST /v1/transactions/{reference}/reconcile`: a payer who paid and did not match.
enum Reconciliation {
    /// What the vendor's page calls the outcomes.
    enum Status: String {
        case verified = "VERIFIED"
        case alreadyConfirmed = "ALREADY_CONFIRMED"
        case notFound = "NOT_FOUND"
        case amountMismatch = "AMOUNT_MISMATCH"
        /// The payment was called off, has failed or was paid back.
        case wrongState = "INVALID_TRANSACTION_STATE"
    }

    static func reconcile(_ call: Call) async throws(KernelFailure) -> Answer {
        let id = try Transactions.reference(call)
        var form = try Form(call.body)
        let telcoID = form.telcoID("transaction_id", required: true)
        let amount = form.amount("amount")
        let notes = form.text("notes")
        try form.finish()
        // `finish` has thrown where it is absent; the compiler cannot know.
        guard let telcoID else { throw .invalid(FieldFault("transaction_id", .missing)) }
        let ledger = try call.ledger()
        let object = try await ledger.trying { () async throws(KernelFailure) -> ReconciliationObject in
            try await attempt(ledger, id, telcoID: telcoID, amount: amount, notes: notes)
        }
        return .data(call, object)
    }

    /// The rows of `CONTRACT.md` 4.5, in its order.
    private static func attempt(
        _ ledger: Ledger, _ id: Record.ID, telcoID: String, amount: Money?, notes: String?
    ) async throws(KernelFailure) -> ReconciliationObject {
        let stored = try await ledger.transaction(id)
        var object = ReconciliationObject(telcoID: telcoID, expected: stored.value.expected)
        switch stored.value.state {
        case .success, .partial, .overpaid, .expired:
            throw .wrongState(
                .record(Transaction.collection), state: .named(stored.value.state.rawValue), operation: .verify)
        case .cancelled, .failed, .refunded:
            throw object.failure(.wrongState, "Transaction is \(stored.value.state.rawValue)")
        case .created, .pending, .processing, .manualReview: break
        }
        guard let receipt = try await ledger.receipt(telcoID: telcoID), let payment = receipt.value.payment else {
            throw object.failure(.notFound, "No payment with this transaction id")
        }
        object.reconciliation = ledger.ids.reconciliation(receipt.record.id)
        object.matched = payment.amount
        guard receipt.value.state != .waiting else {
            throw object.failure(.notFound, "The payment with this transaction id is still being checked")
        }
        if let owner = receipt.value.transaction, owner != id || receipt.value.state == .matched {
            object.status = .alreadyConfirmed
            object.message = "Payment was already confirmed"
            return object
        }
        guard receipt.value.state != .suspicious, receipt.value.state != .other else {
            throw object.failure(.notFound, "No payment with this transaction id")
        }
        if let amount, amount != payment.amount {
            throw object.failure(.amountMismatch, "Amount differs from the received amount")
        }
        return try await settle(ledger, stored, receipt, payment, notes, object)
    }

    private static func settle(
        _ ledger: Ledger, _ stored: Stored<Transaction>, _ receipt: Stored<Receipt>, _ payment: IncomingPayment,
        _ notes: String?, _ object: ReconciliationObject
    ) async throws(KernelFailure) -> ReconciliationObject {
        let next: Transaction
        do throws(Transaction.Refusal) {
            next = try stored.value.reconciled(with: payment.payment(at: receipt.value.paidAt), at: ledger.now)
        } catch {
            throw .wrongState(.record(Transaction.collection), state: .named(error.state.rawValue), operation: .verify)
        }
        var matched = receipt.value
        matched.state = .matched
        matched.transaction = stored.record.id
        matched.reason = notes.map { "reconciled: \($0)" } ?? "reconciled"
        let other = try await ledger.money(of: stored, after: next, instead: receipt.record.id)
        _ = try await ledger.commit(
            [ledger.edit(stored, to: next), ledger.edit(receipt, to: matched)] + [other].compactMap { $0 },
            [ledger.news(stored, next)])
        var object = object
        object.status = .verified
        object.newState = next.state
        object.message = "Payment verified successfully"
        return object
    }
}

/// What a reconciliation came to.
struct ReconciliationObject: JSONWritable {
    let telcoID: String
    let expected: Money
    var reconciliation: String?
    var status = Reconciliation.Status.notFound
    /// nil: the payment is as it was.
    var newState: TransactionState?
    var matched: Money?
    var message = ""

    init(telcoID: String, expected: Money) {
        self.telcoID = telcoID
        self.expected = expected
    }

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("reconciliation_id", reconciliation)
            object.member("status", status.rawValue)
            object.member("transaction_id", telcoID)
            object.member("transaction_updated", newState != nil)
            object.member("new_transaction_status", newState?.rawValue)
            object.member("matched_amount", matched)
            object.member("expected_amount", expected)
            object.member("difference", matched.map { $0 - expected })
            object.member("difference_type", differenceType)
            object.member("message", message)
        }
    }

    /// In lower case, unlike everywhere else.
    private var differenceType: String? {
        matched.map { Difference(expected: expected, actual: $0).rawValue.lowercased() }
    }

    /// 422, with the same members under `data`.
    func failure(_ status: Reconciliation.Status, _ reason: String) -> KernelFailure {
        func fact(_ name: String, _ text: String?) -> Fact { Fact(name: name, value: UserData(text ?? "")) }
        return .checkFailed(
            .record(Transaction.collection), reason: reason,
            facts: [
                fact("reconciliation_id", reconciliation), fact("status", status.rawValue),
                fact("transaction_id", telcoID), fact("transaction_updated", "false"),
                fact("new_transaction_status", nil), fact("matched_amount", matched?.text),
                fact("expected_amount", expected.text), fact("difference", matched.map { ($0 - expected).text }),
                fact("difference_type", differenceType), fact("message", reason),
            ])
    }
}
