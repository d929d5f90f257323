import AdapterKit
import Base
import Model

// MARK: Answers

/// The statuses of success that these routes have.
enum Success: Int {
    case ok = 200
    case created = 201
}

extension Answer {
    /// The normal form: `success`, `data`, `meta`.
    static func data(
        _ call: Call, _ data: some JSONWritable,
        beside more: (inout JSONObjectWriter) -> Void = { _ in }
    ) -> Answer {
        flat { answer in
            answer.member("data", data)
            more(&answer)
            answer.object("meta") { $0.member("request_id", call.requestID) }
        }
    }

    /// Members beside `success`, for the answers that have a form of their own.
    static func flat(_ status: Success = .ok, _ body: (inout JSONObjectWriter) -> Void) -> Answer {
        Answer(
            status: status.rawValue,
            body: JSONWriter.object { answer in
                answer.member("success", true)
                body(&answer)
            })
    }
}

/// Kinds of ids beside the kernel's own.
enum PublicID {
    static let transaction = "transaction"
    static let slug = "slug"
    static let receipt = "receipt"
    static let line = "line"
    static let reconciliation = "reconciliation"
    static let deadLetter = "dead_letter"

    static let forms: [IDKind: IDForm] = [
        .record(transaction): .hex(prefix: "hpn_trx_", digits: 32), .record(slug): .hex(prefix: "", digits: 16),
        .record(receipt): .hex(prefix: "rcp_", digits: 32), .record(line): .hex(prefix: "lin_", digits: 32),
        .record(reconciliation): .hex(prefix: "rec_", digits: 32), .record(deadLetter): .uuid, .webhook: .uuid,
        .webhookDelivery: .hex(prefix: "whk_", digits: 32),
    ]
}

extension PublicIDs {
    func reference(_ id: Record.ID) -> String { records(PublicID.transaction, of: Record.self).text(id) }
    func slug(_ id: Record.ID) -> String { records(PublicID.slug, of: Record.self).text(id) }
    func receipt(_ id: Record.ID) -> String { records(PublicID.receipt, of: Record.self).text(id) }
    func line(_ id: Record.ID) -> String { records(PublicID.line, of: Record.self).text(id) }
    /// A reconciliation is its receipt, under another name.
    func reconciliation(_ id: Record.ID) -> String { records(PublicID.reconciliation, of: Record.self).text(id) }

    func transaction(in text: String) -> Record.ID? { records(PublicID.transaction, of: Record.self).id(in: text) }
    func receipt(in text: String) -> Record.ID? { records(PublicID.receipt, of: Record.self).id(in: text) }
    func line(in text: String) -> Record.ID? { records(PublicID.line, of: Record.self).id(in: text) }
}

/// Times as this dialect writes them: whole seconds.
struct WireTime: JSONWritable {
    private let instant: Instant

    init(_ instant: Instant) { self.instant = instant }

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.instant(instant, .none) }
}

/// JSON that was written or checked before.
struct RawJSON: JSONWritable {
    let bytes: [UInt8]

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.text(JSONText(trusted: bytes)) }
}

// MARK: Payments

/// A payment with the names that it goes by.
struct TransactionView {
    let transaction: Transaction
    let reference: String
    let code: String

    init(_ stored: Stored<Transaction>, _ ids: PublicIDs) {
        transaction = stored.value
        reference = ids.reference(stored.record.id)
        code = stored.record.minted ?? ""
    }

    /// What a payment comes to, as every shape has it.
    fileprivate func writeAmounts(to object: inout JSONObjectWriter) {
        let difference = transaction.difference
        object.member("expected_amount", transaction.expected)
        object.member("actual_amount", transaction.payment?.amount)
        object.member("difference", signedDifference(difference))
        object.member("difference_type", difference?.rawValue)
        object.constants(#""currency":"GHS""#)
    }

    /// Null where there is none.
    private func signedDifference(_ difference: Difference?) -> Money? {
        guard let difference, difference != .exact, let payment = transaction.payment else { return nil }
        return payment.amount - transaction.expected
    }
}

/// A payment as one route shows it.
struct TransactionObject: JSONWritable {
    let view: TransactionView

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        let transaction = view.transaction
        return slot.object { object in
            object.member("reference", view.reference)
            object.member("hpn_code", view.code)
            object.member("status", transaction.state.rawValue)
            view.writeAmounts(to: &object)
            object.object("payer") { payer in
                payer.member("phone_number", transaction.payerPhone)
                payer.member("name", transaction.payment?.name ?? transaction.customerName)
            }
            object.object("telco") { telco in
                telco.member("provider", transaction.payment?.provider.rawValue)
                telco.member("transaction_id", transaction.payment?.telcoID)
                telco.member("timestamp", transaction.payment.map { WireTime($0.at) })
            }
            object.member("meta", RawJSON(bytes: transaction.meta ?? Array("{}".utf8)))
            object.object("timeline") { timeline in
                timeline.member("created_at", WireTime(transaction.createdAt))
                timeline.member("pending_at", WireTime(transaction.createdAt))
                timeline.member("processing_at", transaction.processingAt.map(WireTime.init))
                timeline.member("completed_at", transaction.completedAt.map(WireTime.init))
            }
            object.member("processing_time_ms", transaction.processingTime.map { Int($0.nanoseconds / 1_000_000) })
            object.member("client_reference", transaction.clientReference)
        }
    }
}

/// A payment in a list.
struct TransactionRow: JSONWritable {
    let view: TransactionView

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        let transaction = view.transaction
        return slot.object { object in
            object.member("reference", view.reference)
            object.member("hpn_code", view.code)
            object.member("status", transaction.state.rawValue)
            view.writeAmounts(to: &object)
            object.member("payer_phone", transaction.payerPhone)
            object.member("payer_name", transaction.payment?.name ?? transaction.customerName)
            object.member("created_at", WireTime(transaction.createdAt))
            object.member("completed_at", transaction.completedAt.map(WireTime.init))
        }
    }
}

/// A payment in the news of it.
struct TransactionNews: JSONWritable {
    let view: TransactionView

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        let transaction = view.transaction
        return slot.object { object in
            object.member("reference", view.reference)
            object.member("hpn_code", view.code)
            object.member("status", transaction.state.rawValue)
            view.writeAmounts(to: &object)
            object.member("payer_phone", transaction.payerPhone)
            object.member("telco_provider", transaction.payment?.provider.rawValue)
            object.member("telco_transaction_id", transaction.payment?.telcoID)
            object.member("meta", RawJSON(bytes: transaction.meta ?? Array("{}".utf8)))
            object.member("client_reference", transaction.clientReference)
        }
    }
}
