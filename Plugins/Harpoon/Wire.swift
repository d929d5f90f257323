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

    /// The normal form, with the members of `data`.
    static func object(
        _ call: Call, _ status: Success = .ok, _ data: (inout JSONObjectWriter) -> Void
    ) -> Answer {
        flat(status) { answer in
            answer.object("data", data)
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
    static let forwarded = "forwarded"

    static let forms: [IDKind: IDForm] = [
        .record(transaction): .hex(prefix: "hpn_trx_", digits: 32), .record(slug): .hex(prefix: "", digits: 16),
        .record(receipt): .hex(prefix: "rcp_", digits: 32), .record(line): .hex(prefix: "lin_", digits: 32),
        .record(reconciliation): .hex(prefix: "rec_", digits: 32), .record(deadLetter): .uuid, .webhook: .uuid,
        .record(forwarded): .manyLetters(prefix: "ocl_"),
        .webhookDelivery: .hex(prefix: "whk_", digits: 32),
    ]
}

extension PublicIDs {
    private func codec(_ kind: String) -> IDCodec<Record> { records(kind) }

    func reference(_ id: Record.ID) -> String { codec(PublicID.transaction).text(id) }
    func slug(_ id: Record.ID) -> String { codec(PublicID.slug).text(id) }
    func receipt(_ id: Record.ID) -> String { codec(PublicID.receipt).text(id) }
    func line(_ id: Record.ID) -> String { codec(PublicID.line).text(id) }
    /// A reconciliation is its receipt, under another name.
    func reconciliation(_ id: Record.ID) -> String { codec(PublicID.reconciliation).text(id) }
    /// A delivery of money without a code has a name of its own.
    func forwarded(_ id: WebhookDelivery.ID) -> String {
        records(PublicID.forwarded, of: WebhookDelivery.self).text(id)
    }

    func transaction(in text: String) -> Record.ID? { codec(PublicID.transaction).id(in: text) }
    func slug(in text: String) -> Record.ID? { codec(PublicID.slug).id(in: text) }
    func receipt(in text: String) -> Record.ID? { codec(PublicID.receipt).id(in: text) }
    func line(in text: String) -> Record.ID? { codec(PublicID.line).id(in: text) }
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

    /// What a payment is called, how far it is and what it comes to, as every shape begins.
    fileprivate func writeBeginning(to object: inout JSONObjectWriter) {
        object.member("reference", reference)
        object.member("hpn_code", code)
        object.member("status", transaction.state.rawValue)
        let difference = transaction.difference
        object.member("expected_amount", transaction.expected)
        object.member("actual_amount", transaction.payment?.amount)
        object.member("difference", signedDifference(difference))
        object.member("difference_type", difference?.rawValue)
        object.constants(#""currency":"GHS""#)
    }

    /// As the merchant gave it, else an empty object.
    fileprivate var meta: RawJSON { RawJSON(bytes: transaction.meta ?? Array("{}".utf8)) }

    fileprivate var payerName: String? { transaction.payment?.name ?? transaction.customerName }

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
            view.writeBeginning(to: &object)
            object.object("payer") { payer in
                payer.member("phone_number", transaction.payerPhone)
                payer.member("name", view.payerName)
            }
            object.object("telco") { telco in
                telco.member("provider", transaction.payment?.provider.rawValue)
                telco.member("transaction_id", transaction.payment?.telcoID)
                telco.member("timestamp", transaction.payment.map { WireTime($0.at) })
            }
            object.member("meta", view.meta)
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
            view.writeBeginning(to: &object)
            object.member("payer_phone", transaction.payerPhone)
            object.member("payer_name", view.payerName)
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
            view.writeBeginning(to: &object)
            object.member("payer_phone", transaction.payerPhone)
            object.member("telco_provider", transaction.payment?.provider.rawValue)
            object.member("telco_transaction_id", transaction.payment?.telcoID)
            object.member("meta", view.meta)
            object.member("client_reference", transaction.clientReference)
        }
    }
}
