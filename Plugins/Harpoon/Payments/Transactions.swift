import AdapterKit
import Base
import Model

/// What the routes under `/v1/transactions` do.
enum Transactions {
    static let checkoutOrigin = PersonalityOption.url(
        "checkoutOrigin", "where the pages of payments are, in place of the vendor's: https://pay.example.com")

    /// How a payment that has ended refuses to be cancelled. The vendor's page says 400, its table of codes 409.
    enum CancelRefusal: String, CaseIterable, Sendable {
        case byCode
        case badRequest
    }

    static let cancelRefusal = PersonalityOption.word(
        "cancelRefusal", standard: CancelRefusal.byCode,
        "status of a cancel that comes too late: 409 where its code has that one, or 400 always")

    static func initialize(_ call: Call) async throws(KernelFailure) -> Plan<Answer> {
        let request = try InitializeRequest(
            call.body, at: call.now, requiresPhone: call.option(InitializeRequest.requiresPhone))
        if let url = request.webhook {
            guard call.caller?.kind == .secret else { throw .wrongCredentialKind(has: .public, needs: [.secret]) }
            try call.webhooks.check(url, field: "webhook_url")
        }
        let transaction = request.transaction
        let desk = try call.records()
        let new = NewRecord(
            in: desk.space(Transaction.collection), state: transaction.state.rawValue, body: transaction.body,
            keys: transaction.clientReference.map { [RecordKey(Transaction.clientReferenceIndex, $0)] } ?? [],
            mint: RecordMint(Transaction.codeIndex, candidates: HPNCode.candidates(call.random)),
            marks: transaction.marks, due: transaction.due)
        let (ids, requestID, origin) = (call.ids, call.requestID, checkoutOrigin(call))
        let key = try call.idempotencyKey()?.text.text
        return desk.plan(RecordUnit([.insert(new)], at: call.now)).map { receipts throws(KernelFailure) in
            guard let receipt = receipts.first, let code = receipt.minted else {
                throw .internalError(incident: "a payment without a code")
            }
            let object = InitializedObject(
                transaction: transaction, reference: ids.reference(receipt.id), code: code,
                slug: ids.slug(receipt.id), origin: origin)
            return .flat(.created) { answer in
                answer.member("data", object)
                answer.object("meta") { meta in
                    meta.member("request_id", requestID)
                    meta.member("idempotency_key", key)
                }
            }
        }
    }

    /// Without a slash at its end.
    private static func checkoutOrigin(_ call: Call) -> String {
        let text = call.option(checkoutOrigin)?.text ?? HarpoonLimits.checkoutOrigin
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    // MARK: Reading

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let query = call.query
        let number = query.int("page", in: 1...HarpoonLimits.pageNumberMax, else: 1)
        let size = query.int("per_page", in: HarpoonLimits.page, else: HarpoonLimits.pageDefault)
        let desk = try call.records()
        let page = try await desk.records(
            RecordQuery(
                in: desk.space(Transaction.collection), states: try status(query),
                mark: try phone(query).map { RecordMark(Transaction.phoneMark, $0.local) },
                from: try time("from", query), to: try time("to", query), offset: (number - 1) * size, limit: size))
        var rows: [TransactionRow] = []
        for record in page.records {
            let stored = Stored(record: record, value: try Transaction(record))
            rows.append(TransactionRow(view: TransactionView(stored, call.ids)))
        }
        return .data(call, rows) { $0.member("pagination", PageObject(number: number, size: size, total: page.total)) }
    }

    private static func status(_ query: Query) throws(KernelFailure) -> Set<String> {
        guard let word = query.text("status") else { return [] }
        guard TransactionState(rawValue: word.uppercased()) != nil else {
            let words = TransactionState.allCases.map(\.rawValue)
            throw .invalid(FieldFault("status", .oneOf(words), location: .query, value: UserData(word)))
        }
        return [word.uppercased()]
    }

    private static func phone(_ query: Query) throws(KernelFailure) -> Phone? {
        guard let text = query.text("phone_number") else { return nil }
        guard let phone = Phone(text) else {
            throw .invalid(FieldFault("phone_number", .key, location: .query, value: UserData(text)))
        }
        return phone
    }

    /// A date alone is its midnight.
    private static func time(_ name: String, _ query: Query) throws(KernelFailure) -> Instant? {
        guard let text = query.text(name) else { return nil }
        let whole = text.utf8.count == 10 ? "\(text)T00:00:00Z" : text
        guard let time = Instant(rfc3339: whole, naiveOffsetSeconds: 0) else {
            throw .invalid(FieldFault(name, .timestamp, location: .query, value: UserData(text)))
        }
        return time
    }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        try await answer(call, call.ledger().transaction(reference(call)))
    }

    static func showByCode(_ call: Call) async throws(KernelFailure) -> Answer {
        guard let code = HPNCode(call.parameter(0)) else {
            throw .invalid(
                FieldFault(
                    "hpn_code", .identifier(.record(Transaction.collection)), location: .path,
                    value: UserData(call.parameter(0))))
        }
        return try await answer(call, call.ledger().transaction(RecordKey(Transaction.codeIndex, code.text)))
    }

    static func showByClientReference(_ call: Call) async throws(KernelFailure) -> Answer {
        let key = RecordKey(Transaction.clientReferenceIndex, call.parameter(0))
        return try await answer(call, call.ledger().transaction(key))
    }

    private static func answer(_ call: Call, _ stored: Stored<Transaction>) throws(KernelFailure) -> Answer {
        .data(call, TransactionObject(view: TransactionView(stored, call.ids)))
    }

    // MARK: Changing

    static func cancel(_ call: Call) async throws(KernelFailure) -> Answer {
        var reason: String?
        if !call.body.isEmpty {
            var form = try Form(call.body)
            reason = form.text("reason")
            try form.finish()
        }
        let stored = try await cancelled(call, because: reason)
        return .flat { answer in
            answer.member("reference", call.ids.reference(stored.record.id))
            answer.member("status", stored.value.state.rawValue)
            answer.member("message", "Transaction has been cancelled")
        }
    }

    private static func cancelled(
        _ call: Call, because reason: String?
    ) async throws(KernelFailure) -> Stored<Transaction> {
        let (id, now) = (try reference(call), call.now)
        do throws(KernelFailure) {
            return try await call.ledger().change(id, .cancel) { value throws(Transaction.Refusal) in
                try value.cancelled(because: reason, at: now)
            }
        } catch .wrongState(_, state: .named(let word), _) where call.option(cancelRefusal) == .badRequest {
            throw .invalid(FieldFault("status", .locked, location: .path, value: UserData(word)))
        }
    }

    /// The payment that the path names. Another form is a fault of its own; what has the form and names nothing is not
    /// found.
    static func reference(_ call: Call) throws(KernelFailure) -> Record.ID {
        let text = call.parameter(0)
        let prefix = "hpn_trx_"
        let tail = text.utf8.dropFirst(prefix.utf8.count)
        let isLower = tail.allSatisfy { ASCII.isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
        guard text.hasPrefix(prefix), tail.count == 32, isLower else {
            throw .invalid(
                FieldFault(
                    "reference", .identifier(.record(Transaction.collection)), location: .path, value: UserData(text)))
        }
        guard let id = call.ids.transaction(in: text) else { throw .notFound(.record(Transaction.collection)) }
        return id
    }
}

extension Call {
    /// The caller's payments.
    func ledger() throws(KernelFailure) -> Ledger { Ledger(desk: try records(), ids: ids, now: now) }
}

/// A payment that was made just now.
struct InitializedObject: JSONWritable, Sendable {
    let transaction: Transaction
    let reference: String
    let code: String
    let slug: String
    let origin: String

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("reference", reference)
            object.member("hpn_code", code)
            object.member("public_slug", slug)
            object.member("amount", transaction.expected)
            object.constants(#""currency":"GHS""#)
            object.member("status", transaction.state.rawValue)
            object.member("expires_at", WireTime(transaction.expiresAt))
            object.member("created_at", WireTime(transaction.createdAt))
            object.constants(#""payer_sms_sent":false"#)
            object.member("checkout_url", "\(origin)/pay/\(slug)")
            object.member("client_reference", transaction.clientReference)
        }
    }
}

/// Where a page stands among all.
struct PageObject: JSONWritable {
    let number: Int
    let size: Int
    let total: Int

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        let pages = (total + size - 1) / size
        return slot.object { page in
            page.member("page", number)
            page.member("per_page", size)
            page.member("total", total)
            page.member("total_pages", pages)
            page.member("has_next", number < pages)
            page.member("has_prev", number > 1)
        }
    }
}
