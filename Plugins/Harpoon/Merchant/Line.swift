import Base
import Model

/// A merchant's number with the way that its texts come in by: bound to one network, one forwarder, one credential and
/// the sender names that count.
struct Line: Equatable {
    /// Who hands the texts over, and so the form that they come in and how it is proved.
    enum Forwarder: String, CaseIterable {
        /// A program of the merchant's own that has parsed the payment already: the secret in Authorization.
        case payment
        /// The phone app of that name: an HMAC over body and time.
        case smsGateway = "sms-gateway"
        /// The server of that name, hosted or one's own: a signed token.
        case httpSMS = "httpsms"
        /// The phone app "Incoming SMS to URL forwarder": the secret in a header.
        case incomeSMS = "income-sms"
        /// The server of that name: an HMAC over the body.
        case textbee
        /// The phone app of that name: the secret in the form.
        case smsSync = "smssync"
        /// The phone app of that name: an HMAC over a time stamp.
        case smsForwarder = "smsforwarder"
        /// A gateway, which asks by GET with the secret in the query, and would send an answer on.
        case kannel
        case playSMS = "playsms"
        /// A form, with the secret in the query.
        case africasTalking = "africas-talking"
        /// Who speaks Twilio's form: an HMAC over the address and the form's fields.
        case twilio
        /// gammu-smsd's or smstools' script, with a form and the secret in a header.
        case gammu
    }

    var provider: Provider
    /// In local form.
    var number: String
    var forwarder: Forwarder
    /// Empty: the network's own.
    var senders: [String]
    /// Under the key file.
    var sealedSecret: [UInt8]
    var createdAt: Instant
    /// Each balance has to go on from the one before.
    var checksBalance = true

    /// The names whose texts count.
    var trustedSenders: [String] { senders.isEmpty ? TextJudge.senders(of: provider) : senders }
}

extension Line {
    static let collection = "line"
    static let state = "ACTIVE"
    /// What a secret is found by, over all accounts.
    static let secretIndex = RecordIndex(
        "secret", .uniqueWhile(states: [state], rest: .zero), scope: .collection)
    static let numberIndex = RecordIndex("number", .uniqueWhile(states: [state], rest: .zero))

    /// What its secret is sealed under.
    static func secretName(_ number: String, _ account: Account.ID) -> String { "line \(account.value) \(number)" }

    init(_ record: Record) throws(KernelFailure) {
        let bytes = record.body
        guard let document = try? JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count)),
            let line = Line(document.root)
        else { throw .internalError(incident: "line \(record.id.value) does not read back") }
        self = line
    }

    private init?(_ value: JSONValue) {
        guard let provider = value["provider"]?.string.flatMap(Provider.init), let number = value["number"]?.string,
            let forwarder = value["forwarder"]?.string.flatMap(Forwarder.init),
            let secret = value["secret"]?.string.flatMap(Hex.decode), let createdAt = value.instant("created")
        else { return nil }
        self.init(
            provider: provider, number: number, forwarder: forwarder,
            senders: value["senders"]?.elements.map { $0.compactMap(\.string) } ?? [], sealedSecret: secret,
            createdAt: createdAt, checksBalance: value["checks_balance"]?.bool ?? true)
    }

    var body: [UInt8] {
        JSONWriter.object { body in
            body.member("provider", provider.rawValue)
            body.member("number", number)
            body.member("forwarder", forwarder.rawValue)
            body.member("senders", senders)
            body.member("secret", Hex.encode(sealedSecret))
            body.member("created", createdAt.nanoseconds)
            if !checksBalance { body.member("checks_balance", false) }
        }
    }
}
