import AdapterKit
import Base
import Model

/// `payment`: what people decide about payments and about what came in.
enum PaymentVerbs {
    private typealias Option = DialectVerb.Option
    private static let account = Option("account", .number, "ID", "whose payments", isNeeded: true)
    private static let reason = Option("reason", .text, "TEXT", "why, for whoever looks later")

    static let all: [DialectVerb] = [
        DialectVerb(
            "payment list",
            options: [
                account, Option("state", .text, "STATE", "only those in this state"),
                Option("received", .flag, "", "what came in, in place of what was asked for"),
                Option("test", .flag, "", "those of test keys"),
                Option("limit", .number, "N", "so many at most; without it, \(HarpoonLimits.paymentsListed)"),
            ], does: "an account's payments, latest first",
            example: "payment list --account 1 --received --state UNMATCHED", run: list),
        DialectVerb(
            "payment show", on: "ID", does: "a payment, or what came in",
            example: "payment show hpn_trx_00112233445566778899aabbccddeeff", run: show),
        DialectVerb(
            "payment match", on: "RECEIPT",
            options: [Option("transaction", .text, "REFERENCE", "the payment that it is for", isNeeded: true)],
            does: "say whose money it is that came in",
            example: "payment match rcp_.. --transaction hpn_trx_..", run: match),
        DialectVerb(
            "payment dismiss", on: "RECEIPT", options: [reason], does: "set aside what came in",
            example: "payment dismiss rcp_.. --reason duplicate", run: dismiss),
        DialectVerb(
            "payment approve", on: "REFERENCE", does: "let the money count that a payment is held for",
            example: "payment approve hpn_trx_.."
        ) { call throws(KernelFailure) in
            let now = call.now
            return try await step(call) { value throws(Transaction.Refusal) in try value.approved(at: now) }
        },
        DialectVerb(
            "payment fail", on: "REFERENCE", options: [reason], does: "say that the money does not count",
            example: "payment fail hpn_trx_.. --reason forged"
        ) { call throws(KernelFailure) in
            let (now, reason) = (call.now, call.text("reason"))
            return try await step(call) { value throws(Transaction.Refusal) in
                try value.failed(because: reason, at: now)
            }
        },
        DialectVerb(
            "payment refund", on: "REFERENCE", does: "note that the money was given back",
            example: "payment refund hpn_trx_.."
        ) { call throws(KernelFailure) in
            let now = call.now
            return try await step(call) { value throws(Transaction.Refusal) in try value.refunded(at: now) }
        },
        DialectVerb(
            "payment simulate", on: "CODE",
            options: [
                account, Option("test", .flag, "", "the payment is a test key's; simulated money settles no other"),
                Option("amount", .text, "AMOUNT", "what comes; the expected amount without it"),
                Option("from", .text, "NUMBER", "who pays, by the network's word"),
                Option("id", .text, "ID", "the network's transaction id; a made-up one without it"),
                Option("network", .word(Provider.allCases.map(\.rawValue)), "", "the network that it comes in by"),
            ], does: "let money come in for a test payment",
            example: "payment simulate Q7W3KD --account 1 --test --amount 75.00", run: simulate),
        DialectVerb(
            "payment paste", on: "LINE",
            options: [
                Option("sender", .text, "NAME", "who the text is from, as the phone shows it", isNeeded: true),
                Option("text-file", .file, "FILE", "the text, whole", isNeeded: true),
            ], does: "take a text in by hand",
            example: "payment paste lin_.. --sender MobileMoney --text-file text.txt",
            run: paste),
        DialectVerb(
            "payment secret", options: [account],
            does: "what signs webhooks to payments' own URLs while there is no endpoint",
            example: "payment secret --account 1"
        ) { call throws(KernelFailure) in
            let secret = try call.fallbackSecret(of: try call.account())
            return .json(JSONWriter.object { $0.member("secret", secret) })
        },
    ]

    // MARK: Looking

    private static func list(_ call: VerbCall) async throws(KernelFailure) -> VerbReply {
        let desk = call.records(of: try call.account(), call.has("test") ? .test : .live)
        let isReceived = call.has("received")
        let limit = Int(
            min(call.number("limit") ?? Int64(HarpoonLimits.paymentsListed), Int64(HarpoonLimits.linesListed)))
        let page = try await desk.records(
            RecordQuery(
                in: desk.space(isReceived ? Receipt.collection : Transaction.collection),
                states: call.text("state").map { [$0.uppercased()] } ?? [], limit: limit))
        var objects: [RawJSON] = []
        for record in page.records { objects.append(RawJSON(bytes: try bytes(record, call.ids))) }
        return .json(JSONWriter.value(objects))
    }

    private static func show(_ call: VerbCall) async throws(KernelFailure) -> VerbReply {
        guard let (record, _) = try await find(call) else { return .refused("\(call.operand): no such payment") }
        return .json(try bytes(record, call.ids))
    }

    private static func find(_ call: VerbCall) async throws(KernelFailure) -> (record: Record, desk: RecordDesk)? {
        if let id = call.ids.transaction(in: call.operand) {
            return try await call.record(id, in: Transaction.collection)
        }
        guard let id = call.ids.receipt(in: call.operand) else { return nil }
        return try await call.record(id, in: Receipt.collection)
    }

    private static func bytes(_ record: Record, _ ids: PublicIDs) throws(KernelFailure) -> [UInt8] {
        if record.space.collection == Receipt.collection {
            return JSONWriter.value(ReceiptObject(receipt: try Receipt(record), id: record.id, ids: ids))
        }
        return try JSONWriter.value(TransactionRow(view: TransactionView(stored(record), ids)))
    }

    private static func stored(_ record: Record) throws(KernelFailure) -> Stored<Transaction> {
        Stored(record: record, value: try Transaction(record))
    }

    // MARK: Deciding

    private static func step(
        _ call: VerbCall, _ step: @escaping (Transaction) throws(Transaction.Refusal) -> Transaction
    ) async throws(KernelFailure) -> VerbReply {
        guard let id = call.ids.transaction(in: call.operand),
            let (_, desk) = try await call.record(id, in: Transaction.collection)
        else { return .refused("\(call.operand): no such payment") }
        let ledger = Ledger(desk: desk, ids: call.ids, now: call.now)
        do throws(KernelFailure) {
            let changed = try await ledger.change(id, .verify, step)
            return .json(JSONWriter.value(TransactionRow(view: TransactionView(changed, call.ids))))
        } catch .wrongState(_, state: .named(let state), operation: .verify) {
            return .refused("the payment is \(state)")
        }
    }

    private static func match(_ call: VerbCall) async throws(KernelFailure) -> VerbReply {
        guard let receiptID = call.ids.receipt(in: call.operand),
            let (_, desk) = try await call.record(receiptID, in: Receipt.collection)
        else { return .refused("\(call.operand): nothing of this name came in") }
        guard let id = call.ids.transaction(in: call.text("transaction") ?? "") else {
            return .refused("--transaction: no such payment")
        }
        let ledger = Ledger(desk: desk, ids: call.ids, now: call.now)
        return try await ledger.trying { () async throws(KernelFailure) -> VerbReply in
            guard let receipt = try await ledger.receipt(receiptID), let payment = receipt.value.payment else {
                return .refused("no amount could be read in it")
            }
            guard receipt.value.state != .matched, receipt.value.state != .suspicious else {
                return .refused("it is \(receipt.value.state.rawValue)")
            }
            let stored = try await ledger.transaction(id)
            guard
                let next = try? stored.value.reconciled(
                    with: payment.payment(at: receipt.value.paidAt), at: ledger.now)
            else { return .refused("the payment is \(stored.value.state.rawValue)") }
            var matched = receipt.value
            matched.state = .matched
            matched.transaction = id
            matched.reason = "matched by a person"
            let other = try await ledger.money(of: stored, after: next, instead: receiptID)
            try await ledger.commit(
                [ledger.edit(stored, to: next), ledger.edit(receipt, to: matched)] + [other].compactMap { $0 },
                [ledger.news(stored, next)])
            let view = TransactionView(Stored(record: stored.record, value: next), call.ids)
            return .json(JSONWriter.value(TransactionRow(view: view)))
        }
    }

    private static func dismiss(_ call: VerbCall) async throws(KernelFailure) -> VerbReply {
        guard let id = call.ids.receipt(in: call.operand),
            let (_, desk) = try await call.record(id, in: Receipt.collection)
        else { return .refused("\(call.operand): nothing of this name came in") }
        let ledger = Ledger(desk: desk, ids: call.ids, now: call.now)
        return try await ledger.trying { () async throws(KernelFailure) -> VerbReply in
            guard let receipt = try await ledger.receipt(id) else { throw .notFound(.record(Receipt.collection)) }
            guard ![.matched, .held].contains(receipt.value.state), receipt.value.transaction == nil else {
                return .refused("it is \(receipt.value.state.rawValue): decide about its payment")
            }
            var dismissed = receipt.value
            dismissed.state = .dismissed
            dismissed.reason = call.text("reason") ?? dismissed.reason
            try await ledger.commit([ledger.edit(receipt, to: dismissed)], [])
            return .json(JSONWriter.value(ReceiptObject(receipt: dismissed, id: id, ids: call.ids)))
        }
    }

    // MARK: Coming in

    /// Only test payments: a real one is settled by what its network says and by people, never by this.
    private static func simulate(_ call: VerbCall) async throws(KernelFailure) -> VerbReply {
        guard call.has("test") else {
            return .refused("simulated money settles test payments only: --test, and a payment of a test key")
        }
        guard let code = HPNCode(call.operand) else { return .refused("\(call.operand): no code") }
        let ledger = Ledger(desk: call.records(of: try call.account(), .test), ids: call.ids, now: call.now)
        let stored = try await ledger.transaction(RecordKey(Transaction.codeIndex, code.text))
        var amount: Money? = stored.value.expected
        if let text = call.text("amount") { amount = Money(text) }
        guard let amount, amount.isPositive else { return .refused("--amount: a positive decimal with two places") }
        var payment = IncomingPayment(
            provider: call.text("network").flatMap(Provider.init) ?? .mtn, amount: amount,
            telcoID: call.text("id") ?? call.random.text(11, from: Array("123456789".utf8)))
        if let from = call.text("from") {
            guard let phone = Phone(from) else { return .refused("--from: no number of Ghana") }
            payment.payer = .known(phone)
        }
        payment.reference = code.text
        let outcome = try await Intake(ledger: ledger, rules: IntakeRules(call)).take(
            Receipt(state: .review, payment: payment, provider: payment.provider, arrivedAt: call.now), on: nil)
        return try await reply(outcome, ledger)
    }

    private static func paste(_ call: VerbCall) async throws(KernelFailure) -> VerbReply {
        guard let id = call.ids.line(in: call.operand),
            let (record, desk) = try await call.record(id, in: Line.collection)
        else { return .refused("\(call.operand): no such line") }
        let line = Stored(record: record, value: try Line(record))
        let ledger = Ledger(desk: desk, ids: call.ids, now: call.now)
        let outcome = try await Intake(ledger: ledger, rules: IntakeRules(call)).take(
            ForwardedText(sender: call.text("sender") ?? "", message: call.text("text-file") ?? ""), on: line)
        return try await reply(outcome, ledger)
    }

    private static func reply(_ outcome: Intake.Outcome, _ ledger: Ledger) async throws(KernelFailure) -> VerbReply {
        switch outcome {
        case .repeated: return .refused("it was here before")
        case .kept(let id, _):
            guard let receipt = try await ledger.receipt(id) else { throw .notFound(.record(Receipt.collection)) }
            return .json(JSONWriter.value(ReceiptObject(receipt: receipt.value, id: id, ids: ledger.ids)))
        }
    }
}

/// What came in, as the operator sees it.
struct ReceiptObject: JSONWritable {
    let receipt: Receipt
    let id: Record.ID
    let ids: PublicIDs

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("id", ids.receipt(id))
            object.member("state", receipt.state.rawValue)
            object.member("network", receipt.provider.rawValue)
            object.member("telcoID", receipt.payment?.telcoID)
            object.member("amount", receipt.payment?.amount)
            object.member("payer", receipt.payment?.payerName)
            object.member("phone", receipt.payment?.payer.phone?.local)
            object.member("reference", receipt.payment?.reference)
            object.member("transaction", receipt.transaction.map { ids.reference($0) })
            object.member("reason", receipt.reason)
            object.member("warnings", receipt.warnings)
            object.member("line", receipt.line.map { ids.line($0) })
            object.member("sender", receipt.sender)
            object.member("text", receipt.text)
            object.member("arrivedAt", WireTime(receipt.arrivedAt))
        }
    }
}
