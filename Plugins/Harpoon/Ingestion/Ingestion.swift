import AdapterKit
import Base
import Model

/// What the routes under `/internal/v1/ingest` do: texts and payments come in by a line, which proves itself in a way
/// of its forwarder's. Whatever is authentic is answered with 200, whether it is understood or not: forwarders repeat
/// everything else for days, or drop it.
enum Ingestion {
    /// A payment that a program of the merchant's has read, with the line's secret in Authorization.
    static func payment(_ call: Call) async throws(KernelFailure) -> Answer {
        let line = try await bearerLine(call)
        var form = try Form(call.body)
        let amount = form.amount("amount", required: true)
        let id = form.telcoID("transaction_id", required: true)
        let phone = form.phone("payer_phone")
        let isVerified = form.bool("payer_phone_verified") ?? false
        let name = form.text("payer_name")
        let reference = form.text("reference")
        let time = form.instant("timestamp")
        let balance = form.amount("balance_after")
        if let id, !TelcoID.isOne(id, of: line.value.provider) {
            form.note(FieldFault("transaction_id", .key, value: UserData(id)))
        }
        try form.finish()
        // `finish` has thrown where it is absent; the compiler cannot know.
        guard let amount else { throw .invalid(FieldFault("amount", .missing)) }
        var payment = IncomingPayment(provider: line.value.provider, amount: amount, telcoID: id)
        if let phone { payment.payer = isVerified ? .known(phone) : .claimed(phone) }
        payment.payerName = name
        payment.reference = reference
        payment.telcoTime = time
        payment.balance = balance
        _ = try await intake(call, line).take(
            Receipt(
                state: .review, payment: payment, provider: line.value.provider, line: line.record.id,
                arrivedAt: call.now), on: line)
        return taken
    }

    /// What SMS Gateway for Android posts, signed over body and time.
    static func smsGateway(_ call: Call) async throws(KernelFailure) -> Answer {
        let (line, key) = try await line(call, of: .smsGateway)
        try SMSGatewayForm.check(
            call.body, signature: call.header("X-Signature"), timestamp: call.header("X-Timestamp"), key: key,
            at: call.now)
        guard let text = try SMSGatewayForm(call.body).text else { return taken }
        try await take(text, call, line)
        return taken
    }

    /// What another forwarder hands over, in its form. A body that cannot be read is kept for a person: some apps put
    /// JSON together as text, and a text with a quotation mark breaks it.
    static func forwarded(by forwarder: Line.Forwarder, _ form: ForwarderForm) -> Route.Handler {
        { (call: Call) async throws(KernelFailure) -> Answer in
            let (line, key) = try await line(call, of: forwarder)
            let members = ForwardedMembers(call)
            try form.proof.check(call, members, key: key, path: path(forwarder, call.parameter(0)))
            if let members {
                if let text = try form.text(in: members) { try await take(text, call, line) }
            } else {
                try await keep(call.body, call, line)
            }
            return form.reply.answer ?? taken
        }
    }

    static func path(_ forwarder: Line.Forwarder, _ line: String) -> String {
        "/internal/v1/ingest/\(forwarder.rawValue)/\(line)"
    }

    /// SMSSync asks whether there is anything to send; there never is.
    static func nothingToSend(_ call: Call) async throws(KernelFailure) -> Answer {
        Answer(
            status: Success.ok.rawValue,
            body: JSONWriter.object { answer in
                answer.object("payload") { payload in
                    payload.member("task", "send")
                    payload.array("messages") { _ in }
                }
            })
    }

    /// The line that the path names, with its secret; any other one is a wrong credential.
    private static func line(
        _ call: Call, of forwarder: Line.Forwarder
    ) async throws(KernelFailure) -> (line: Stored<Line>, key: [UInt8]) {
        guard let id = call.ids.line(in: call.parameter(0)),
            let record = try await call.anyRecord(id, in: Line.collection)
        else { throw .credentialUnknown }
        let line = Stored(record: record, value: try Line(record))
        guard line.value.forwarder == forwarder else { throw .credentialUnknown }
        let name = Line.secretName(line.value.number, record.space.account)
        return (line, try call.secretBox.open(line.value.sealedSecret, name: name))
    }

    private static func take(
        _ text: ForwardedText, _ call: Call, _ line: Stored<Line>
    ) async throws(KernelFailure) {
        _ = try await intake(call, line).take(text, on: line)
    }

    private static func keep(_ body: [UInt8], _ call: Call, _ line: Stored<Line>) async throws(KernelFailure) {
        let text = String(decoding: body, as: UTF8.self).prefix(HarpoonLimits.smsCharacters)
        _ = try await intake(call, line).take(
            Receipt(
                state: .review, payment: nil, provider: line.value.provider, line: line.record.id,
                text: String(text), arrivedAt: call.now, reason: "its request could not be read"), on: nil)
    }

    /// Suits all forwarders that read an answer.
    private static let taken = Answer.flat { answer in
        answer.object("payload") { payload in
            payload.member("success", true)
            payload.null("error")
        }
    }

    private static func intake(_ call: Call, _ line: Stored<Line>) -> Intake {
        // A line's texts are real: they never settle a test payment.
        let desk = call.records(of: line.record.space.account, .live)
        return Intake(ledger: Ledger(desk: desk, ids: call.ids, now: call.now), rules: IntakeRules(call))
    }

    /// The line whose secret the request bears.
    private static func bearerLine(_ call: Call) async throws(KernelFailure) -> Stored<Line> {
        guard let header = call.header("Authorization") else { throw .credentialMissing }
        let words = header.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else { throw .credentialMalformed(.scheme) }
        // Found by its SHA-256, so that nothing is compared that a time could tell of.
        let key = RecordKey(Line.secretIndex, String(words[1]))
        guard let record = try await call.anyRecord(key, in: Line.collection) else { throw .credentialUnknown }
        let line = Stored(record: record, value: try Line(record))
        guard line.value.forwarder == .payment else { throw .credentialUnknown }
        return line
    }
}

/// The forms of networks' transaction ids. They are text: leading zeros count.
enum TelcoID {
    static func isOne(_ id: String, of provider: Provider) -> Bool {
        let digits = id.utf8
        switch provider {
        case .mtn: return (10...11).contains(digits.count) && digits.allSatisfy(ASCII.isDigit)
        case .telecel: return digits.count == 16 && digits.allSatisfy(ASCII.isDigit)
        case .ghanaPay: return GhanaPayText.idDigits.contains(digits.count) && digits.allSatisfy(ASCII.isDigit)
        case .at:
            // `PP260610.1402.C10293` and its kin, of which little is known.
            return (8...24).contains(digits.count)
                && digits.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == ASCII.period }
        }
    }
}
