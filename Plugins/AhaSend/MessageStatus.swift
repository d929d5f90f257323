import Base
import Model

/// Where one recipient's message stands, in the vendor's words.
enum MessageStatus: String, CaseIterable {
    case received = "Received"
    case delivered = "Delivered"
    case deferred = "Deferred"
    case bounced = "Bounced"
    case failed = "Failed"
    case suppressed = "Suppressed"
    case sandboxDelivered = "Sandbox Delivered"
    case sandboxDeferred = "Sandbox Deferred"
    case sandboxFailed = "Sandbox Failed"
    case sandboxBounced = "Sandbox Bounced"
    case sandboxSuppressed = "Sandbox Suppressed"

    /// The word for a test that ended like that; what has not ended yet, and what is no end, stays as it is.
    var inSandbox: MessageStatus {
        switch self {
        case .delivered: .sandboxDelivered
        case .deferred: .sandboxDeferred
        case .failed: .sandboxFailed
        case .bounced: .sandboxBounced
        case .suppressed: .sandboxSuppressed
        case .received, .sandboxDelivered, .sandboxDeferred, .sandboxFailed, .sandboxBounced, .sandboxSuppressed: self
        }
    }

    /// `gaveUp`: it ended because its attempts were used up, which this vendor tells from a refusal for good. A message
    /// that was taken back is none that arrived.
    init(_ state: Recipient.State, gaveUp: Bool, isSandbox: Bool) {
        let status: MessageStatus =
            switch state {
            case .scheduled, .queued, .sending: .received
            case .deferred: .deferred
            case .delivered, .complained: .delivered
            case .bounced: gaveUp ? .failed : .bounced
            case .failed, .cancelled: .failed
            case .suppressed: .suppressed
            }
        self = isSandbox ? status.inSandbox : status
    }
}

/// Why a server did not take a message, in the vendor's fifteen words.
enum BounceClass: String, CaseIterable {
    case invalidRecipient = "InvalidRecipient"
    case badDomain = "BadDomain"
    case inactiveMailbox = "InactiveMailbox"
    case invalidSender = "InvalidSender"
    case quotaIssues = "QuotaIssues"
    case noAnswerFromHost = "NoAnswerFromHost"
    case badConnection = "BadConnection"
    case dnsFailure = "DNSFailure"
    case routingErrors = "RoutingErrors"
    case transientFailure = "TransientFailure"
    case messageExpired = "MessageExpired"
    case protocolErrors = "ProtocolErrors"
    case authenticationFailed = "AuthenticationFailed"
    case policyRelated = "PolicyRelated"
    case uncategorized = "Uncategorized"

    /// nil where nothing went wrong.
    init?(_ classification: AttemptResult.Class) {
        switch classification {
        case .none: return nil
        case .invalidRecipient: self = .invalidRecipient
        case .inactiveMailbox: self = .inactiveMailbox
        case .badDomain: self = .badDomain
        case .invalidSender: self = .invalidSender
        case .mailboxFull: self = .quotaIssues
        case .noAnswer: self = .noAnswerFromHost
        case .badConnection: self = .badConnection
        case .dnsFailure: self = .dnsFailure
        case .routing: self = .routingErrors
        case .transient, .greylisted, .throttled: self = .transientFailure
        case .reputation, .policy, .content: self = .policyRelated
        case .authentication: self = .authenticationFailed
        case .protocolError: self = .protocolErrors
        case .expired: self = .messageExpired
        case .unknown: self = .uncategorized
        }
    }
}

/// One attempt as the vendor tells of it.
struct DeliveryAttempt: Equatable {
    var classification: BounceClass?
    /// 0 where nobody answered.
    var code: Int
    var enhancedStatus: String?
    var response: String
    /// The command that was answered; nil where that is not known.
    var command: String?

    init(
        classification: BounceClass?, code: Int, enhancedStatus: String?, response: String, command: String? = nil
    ) {
        self.classification = classification
        self.code = code
        self.enhancedStatus = enhancedStatus
        self.response = response
        self.command = command
    }

    init(_ result: AttemptResult) {
        self.init(
            classification: BounceClass(result.classification), code: result.code,
            enhancedStatus: result.enhancedStatus, response: result.text.text)
    }

    /// As one line of a log.
    var log: String {
        [code == 0 ? nil : String(code), enhancedStatus, response].compactMap { $0 }.joined(separator: " ")
    }

    // What the vendor says of tests, which nobody's server answered.

    static let sandboxDelivered = DeliveryAttempt(
        classification: nil, code: 250, enhancedStatus: "2.0.0", response: "OK: queued", command: "DATA")

    static let sandboxDeferred = DeliveryAttempt(
        classification: .quotaIssues, code: 452, enhancedStatus: "4.2.2",
        response: "The recipient's inbox is out of storage space", command: "RCPT TO")

    static let sandboxBounced = DeliveryAttempt(
        classification: .invalidRecipient, code: 550, enhancedStatus: "5.1.1",
        response: "The email account that you tried to reach does not exist", command: "RCPT TO")
}
