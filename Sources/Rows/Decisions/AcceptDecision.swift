import Base
public import Crypto
public import Model
public import Ports

/// What accepting a message needs to know of what is stored. Read before anything is decided.
public struct AcceptFacts: Sendable {
    /// A message that was made under the same idempotency key.
    public struct Claim: Sendable, Equatable {
        public var message: Message.ID
        public var fingerprint: Digest256

        public init(message: Message.ID, fingerprint: Digest256) {
            self.message = message
            self.fingerprint = fingerprint
        }
    }

    /// nil where the message has no key, or is the first with it.
    public var earlier: Claim?
    /// Whether the engine takes messages of the origin.
    public var isOriginKnown: Bool
    /// The places of the recipients that are suppressed at its time.
    public var suppressed: [Int]

    public init(earlier: Claim?, isOriginKnown: Bool, suppressed: [Int]) {
        self.earlier = earlier
        self.isOriginKnown = isOriginKnown
        self.suppressed = suppressed
    }
}

/// What becomes of a message that is to be accepted. Pure but for the quotas, which it debits where it accepts.
public enum AcceptDecision: Sendable {
    /// An earlier request with its key made this one.
    case replayed(Message.ID)
    case refused(KernelFailure)
    /// A quota has no room; the engine puts the domain's name to it.
    case overQuota(QuotaBook.Shortfall)
    /// To be written. `charge` is kept beside a message that waits for its time, so that a cancel gives it back.
    case accepted(MessageBeginning, charge: [QuotaDebit])

    /// What was done once is not refused for what has changed since, so the key comes first; what goes to nobody costs
    /// nothing, so quotas come last. What is captured to be looked at counts nowhere and asks for no suppressions.
    public init(_ message: EncodedMessage.Envelope, _ facts: AcceptFacts, quotas: inout QuotaBook) {
        if let record = message.idempotency, let earlier = facts.earlier {
            self =
                earlier.fingerprint == record.fingerprint
                ? .replayed(earlier.message) : .refused(.idempotencyMismatch)
            return
        }
        guard facts.isOriginKnown else {
            self = .refused(.internalError(incident: "unregistered personality"))
            return
        }
        if message.origin == .capture {
            let beginning = MessageBeginning(message.recipients, suppressed: [], at: message.at, due: message.due)
            self = .accepted(beginning, charge: [])
            return
        }
        let recipients = message.recipients.count - facts.suppressed.count
        if recipients == 0, message.suppression == .drop {
            self = .refused(.allRecipientsSuppressed(message.recipients.map { UserData($0.address.address) }))
            return
        }
        do throws(QuotaBook.Shortfall) {
            let charge = try Self.debit(message, recipients, &quotas)
            let beginning = MessageBeginning(
                message.recipients, suppressed: facts.suppressed, at: message.at, due: message.due,
                division: message.division)
            self = .accepted(beginning, charge: charge)
        } catch {
            self = .overQuota(error)
        }
    }

    /// Test messages cost nothing.
    private static func debit(
        _ message: EncodedMessage.Envelope, _ recipients: Int, _ quotas: inout QuotaBook
    ) throws(QuotaBook.Shortfall) -> [QuotaDebit] {
        guard !message.isTest else { return [] }
        return try quotas.debit(
            QuotaDemand(
                account: message.account, domain: message.domain, origin: message.origin, recipients: recipients,
                due: message.due))
    }
}
