import Base
import Model

/// A payment that a merchant asked for, with how far it is. A plain value: `Transaction+Steps.swift` has what may
/// become of it, and nothing else changes one.
struct Transaction: Equatable {
    var state: TransactionState = .pending
    let expected: Money
    /// The payer's number as the merchant gave it, in local form.
    var phone: String?
    var customerName: String?
    var details: String?
    /// Hears of this payment in place of the account's endpoints.
    var webhookURL: String?
    var redirectURL: String?
    var clientReference: String?
    /// A compact JSON object.
    var meta: [UInt8]?
    /// Only the payment with this id of the network is taken.
    var expectedTelcoID: String?
    /// Only this number settles it without a person's look.
    var expectedPayer: String?
    /// Asked for and never done (`DEVIATIONS.md`).
    var wantsPayerSMS = true
    let createdAt: Instant
    let expiresAt: Instant
    var processingAt: Instant?
    /// While it is being checked: until when it waits for what its line's texts say next.
    var waitsUntil: Instant?
    var completedAt: Instant?
    /// What came; nil before.
    var payment: Payment?
    /// Why it was called off, or waits for a person.
    var reason: String?

    /// Money that came, as far as it is known.
    struct Payment: Equatable {
        var provider: Provider
        var telcoID: String?
        var amount: Money
        /// In local form.
        var phone: String?
        var name: String?
        /// When it was made, as the network or else the forwarder says.
        var at: Instant
    }

    /// How what came compares with what was expected; nil before.
    var difference: Difference? { payment.map { Difference(expected: expected, actual: $0.amount) } }

    /// The payer's number: that of who paid, else the one that the merchant gave.
    var payerPhone: String? { payment?.phone ?? phone }

    /// How long it took from the money to the end; nil before.
    var processingTime: Duration? {
        guard let processingAt, let completedAt else { return nil }
        return completedAt - processingAt
    }
}

// MARK: As a record

extension Transaction {
    static let collection = "transaction"
    static let codeIndex = RecordIndex(
        "hpn_code", .uniqueWhile(states: Set(TransactionState.living.map(\.rawValue)), rest: HarpoonLimits.codeRest),
        scope: .collection)
    static let clientReferenceIndex = RecordIndex("client_reference")
    static let phoneMark = "phone"

    /// What lists of its payer's number find it by.
    var marks: [RecordMark] { payerPhone.map { [RecordMark(Self.phoneMark, $0)] } ?? [] }

    /// When something happens to it by itself.
    var due: Instant? {
        switch state {
        case .pending: expiresAt
        case .processing: waitsUntil
        default: nil
        }
    }

    init(_ record: Record) throws(KernelFailure) {
        let bytes = record.body
        guard let document = try? JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count)),
            let state = TransactionState(rawValue: record.state), let transaction = Transaction(document.root, state)
        else { throw .internalError(incident: "transaction \(record.id.value) does not read back") }
        self = transaction
    }

    private init?(_ value: JSONValue, _ state: TransactionState) {
        guard let expected = value["expected"]?.int, let createdAt = value.instant("created"),
            let expiresAt = value.instant("expires")
        else { return nil }
        self.state = state
        self.expected = Money(pesewas: Int64(expected))
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        phone = value["phone"]?.string
        customerName = value["customer"]?.string
        details = value["description"]?.string
        webhookURL = value["webhook"]?.string
        redirectURL = value["redirect"]?.string
        clientReference = value["client_reference"]?.string
        meta = value["meta"].map { Array($0.raw) }
        expectedTelcoID = value["expected_telco_id"]?.string
        expectedPayer = value["expected_payer"]?.string
        wantsPayerSMS = value["payer_sms"]?.bool ?? true
        processingAt = value.instant("processing")
        waitsUntil = value.instant("waits_until")
        completedAt = value.instant("completed")
        payment = value["payment"].flatMap(Payment.init)
        reason = value["reason"]?.string
    }

    /// Absent members are nil.
    var body: [UInt8] {
        JSONWriter.object { body in
            body.member("expected", expected.pesewas)
            body.member("created", createdAt.nanoseconds)
            body.member("expires", expiresAt.nanoseconds)
            body.memberIfPresent("phone", phone)
            body.memberIfPresent("customer", customerName)
            body.memberIfPresent("description", details)
            body.memberIfPresent("webhook", webhookURL)
            body.memberIfPresent("redirect", redirectURL)
            body.memberIfPresent("client_reference", clientReference)
            body.memberIfPresent("meta", meta.map { JSONText(trusted: $0) })
            body.memberIfPresent("expected_telco_id", expectedTelcoID)
            body.memberIfPresent("expected_payer", expectedPayer)
            if !wantsPayerSMS { body.member("payer_sms", false) }
            body.memberIfPresent("processing", processingAt?.nanoseconds)
            body.memberIfPresent("waits_until", waitsUntil?.nanoseconds)
            body.memberIfPresent("completed", completedAt?.nanoseconds)
            if let payment { body.object("payment") { payment.write(to: &$0) } }
            body.memberIfPresent("reason", reason)
        }
    }
}

extension Transaction.Payment {
    fileprivate init?(_ value: JSONValue) {
        guard let provider = value["provider"]?.string.flatMap(Provider.init), let amount = value["amount"]?.int,
            let at = value.instant("at")
        else { return nil }
        self.init(
            provider: provider, telcoID: value["telco_id"]?.string, amount: Money(pesewas: Int64(amount)),
            phone: value["phone"]?.string, name: value["name"]?.string, at: at)
    }

    fileprivate func write(to object: inout JSONObjectWriter) {
        object.member("provider", provider.rawValue)
        object.memberIfPresent("telco_id", telcoID)
        object.member("amount", amount.pesewas)
        object.memberIfPresent("phone", phone)
        object.memberIfPresent("name", name)
        object.member("at", at.nanoseconds)
    }
}

extension JSONValue {
    /// Nanoseconds since 1970, as records keep times.
    func instant(_ name: StaticString) -> Instant? {
        self[name]?.int.map { Instant(nanoseconds: Int64($0)) }
    }
}
