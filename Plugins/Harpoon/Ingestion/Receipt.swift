import Base
import Model

/// A text or a parsed payment that came in by a line, with what was made of it. Nothing that came in by an authentic
/// way is dropped but a repetition.
struct Receipt: Equatable {
    enum State: String, CaseIterable {
        /// It is a transaction's money.
        case matched = "MATCHED"
        /// It is a transaction's money, and a person has to look at it first.
        case held = "HELD"
        /// Money whose balance does not go on from what its line is known to have: texts that come may free it.
        case waiting = "WAITING"
        /// Money of no waiting transaction: it can be reconciled.
        case unmatched = "UNMATCHED"
        /// Nobody but a person can tell what it is.
        case review = "REVIEW"
        /// Imitates a receipt. It matches nothing, ever.
        case suspicious = "SUSPICIOUS"
        /// No payment by a customer.
        case other = "OTHER"
        /// A person has looked at it, and it needs nothing.
        case dismissed = "DISMISSED"
    }

    var state: State
    /// nil where no payment could be read.
    var payment: IncomingPayment?
    var provider: Provider
    /// The line that it came in by; nil where somebody gave it by hand.
    var line: Record.ID?
    var sender: String?
    var text: String?
    /// What the forwarder says of the time.
    var claimedAt: Instant?
    var arrivedAt: Instant
    /// The transaction whose money it is, or may be.
    var transaction: Record.ID?
    /// Why it is in its state.
    var reason: String?
    var warnings: [String] = []
    /// Under which a merchant was told of it who takes all money; nil where none was.
    var forwardedAs: String?

    /// When the payment was made: as the network says, else as the forwarder says if that can be, else when it arrived.
    var paidAt: Instant {
        if let time = payment?.telcoTime { return time }
        guard let claimedAt, Self.isCredible(claimedAt, at: arrivedAt) else { return arrivedAt }
        return claimedAt
    }

    /// Forwarders repeat themselves for two days; no text comes from the future.
    static func isCredible(_ claimed: Instant, at arrival: Instant) -> Bool {
        claimed <= arrival + .seconds(300) && claimed >= arrival - .seconds(3 * 86_400)
    }

    /// Whether another text with the same id says the same.
    func agrees(with other: Receipt) -> Bool {
        guard let payment, let theirs = other.payment else { return false }
        return payment.amount == theirs.amount && payment.reference == theirs.reference
            && payment.payer.phone == theirs.payer.phone
    }
}

// MARK: As a record

extension Receipt {
    static let collection = "receipt"
    /// A payment is told from its repetition by the network's own id, as text: leading zeros count.
    static let telcoIndex = RecordIndex("telco_id")
    /// A text without an id, by all that is known of it.
    static let textIndex = RecordIndex("text")

    static func telcoKey(_ provider: Provider, _ id: String) -> RecordKey {
        RecordKey(telcoIndex, "\(provider.rawValue) \(id)")
    }

    /// `isConflict`: another one has its network's id; then it is told from its repetition by what it says.
    func keys(isConflict: Bool) -> [RecordKey] {
        if let payment, let id = payment.telcoID, !isConflict { return [Self.telcoKey(provider, id)] }
        if text == nil, let payment {
            let said = [payment.telcoID ?? "", payment.amount.text, payment.reference ?? "", payment.payerName ?? ""]
            return [Self.textKey(line, sender, claimedAt, said.joined(separator: "\u{1F}"))]
        }
        return [Self.textKey(line, sender, claimedAt, text ?? "")]
    }

    static func textKey(_ line: Record.ID?, _ sender: String?, _ claimedAt: Instant?, _ text: String) -> RecordKey {
        let parts = [String(line?.value ?? 0), sender ?? "", String(claimedAt?.nanoseconds ?? 0), text]
        return RecordKey(textIndex, parts.joined(separator: "\u{1F}"))
    }

    init(_ record: Record) throws(KernelFailure) {
        let bytes = record.body
        guard let document = try? JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count)),
            let state = State(rawValue: record.state), let receipt = Receipt(document.root, state)
        else { throw .internalError(incident: "receipt \(record.id.value) does not read back") }
        self = receipt
    }

    private init?(_ value: JSONValue, _ state: State) {
        guard let provider = value["provider"]?.string.flatMap(Provider.init), let arrivedAt = value.instant("arrived")
        else { return nil }
        self.state = state
        self.provider = provider
        self.arrivedAt = arrivedAt
        payment = value["payment"].flatMap { IncomingPayment($0, provider) }
        line = value["line"]?.int.map { Record.ID(Int64($0)) }
        sender = value["sender"]?.string
        text = value["text"]?.string
        claimedAt = value.instant("claimed")
        transaction = value["transaction"]?.int.map { Record.ID(Int64($0)) }
        reason = value["reason"]?.string
        forwardedAs = value["forwarded_as"]?.string
        warnings = value["warnings"]?.elements.map { $0.compactMap(\.string) } ?? []
    }

    var body: [UInt8] {
        JSONWriter.object { body in
            body.member("provider", provider.rawValue)
            body.member("arrived", arrivedAt.nanoseconds)
            if let payment { body.object("payment") { payment.write(to: &$0) } }
            body.memberIfPresent("line", line?.value)
            body.memberIfPresent("sender", sender)
            body.memberIfPresent("text", text)
            body.memberIfPresent("claimed", claimedAt?.nanoseconds)
            body.memberIfPresent("transaction", transaction?.value)
            body.memberIfPresent("reason", reason)
            body.memberIfPresent("forwarded_as", forwardedAs)
            if !warnings.isEmpty { body.member("warnings", warnings) }
        }
    }
}

extension IncomingPayment {
    fileprivate init?(_ value: JSONValue, _ provider: Provider) {
        guard let amount = value["amount"]?.int else { return nil }
        self.init(provider: provider, amount: Money(pesewas: Int64(amount)))
        telcoID = value["telco_id"]?.string
        if let phone = value["phone"]?.string.flatMap(Phone.init) {
            payer = value["claimed"]?.bool == true ? .claimed(phone) : .known(phone)
        }
        payerName = value["name"]?.string
        reference = value["reference"]?.string
        telcoTime = value.instant("at")
        balance = value["balance"]?.int.map { Money(pesewas: Int64($0)) }
    }

    fileprivate func write(to object: inout JSONObjectWriter) {
        object.member("amount", amount.pesewas)
        object.memberIfPresent("telco_id", telcoID)
        object.memberIfPresent("phone", payer.phone?.local)
        if case .claimed = payer { object.member("claimed", true) }
        object.memberIfPresent("name", payerName)
        object.memberIfPresent("reference", reference)
        object.memberIfPresent("at", telcoTime?.nanoseconds)
        object.memberIfPresent("balance", balance?.pesewas)
    }
}
