/// What an operator can ask of the kernel, already parsed. Travels to a running server as JSON.
enum OperatorCommand: Codable, Sendable {
    case accountCreate(name: String, parent: Int64?)
    case accountList
    case accountSetState(id: Int64, active: Bool)
    case keyCreate(KeyCreation)
    case keyList
    case keyRevoke(id: Int64)
    case domainAdd(name: String, account: Int64, verified: Bool)
    case domainList
    case domainShow(name: String, account: Int64)
    case queueStats
    case queueList(limit: Int)
    case queueShow(message: String)
    case queueRetry(message: String)
    case queueCancel(message: String)
    case queueDead(limit: Int)
    case queueReplay(message: String)
    case queueSetPaused(lane: String, paused: Bool)
    case messageList(limit: Int)
    case messageShow(message: String)
    case messageRaw(message: String)
    /// `wait`: hold the answer until there is an event, for a while.
    case eventList(after: Int64, limit: Int, wait: Bool)
    case quotas(QuotaChange)
    case domainVerify(name: String, account: Int64)
    case webhookList(account: Int64?)
    case webhookShow(id: Int64)
    case webhookDeliveries(id: Int64, limit: Int)
    case webhookSetPaused(id: Int64, paused: Bool)
    case webhookReplay(WebhookReplay)
    /// nil: reports go nowhere.
    case domainSetReportAddress(name: String, account: Int64, address: String?)
    case domainRotate(name: String, account: Int64, step: RotationStep)
    case suppressionAdd(SuppressionAddition)
    case suppressionList(account: Int64?, limit: Int)
    case suppressionRemove(address: String, account: Int64, domain: String?)
    case faultAdd(order: String, personality: String?, key: Int64?, route: String?)
    case faultList
    /// nil: all of them.
    case faultClear(id: Int?)

    /// What to do about the change of a domain's signing keys.
    enum RotationStep: String, Codable, Sendable {
        case begin
        /// Go over to the new keys, once their record has been seen for a while.
        case activate
        /// The same without the while.
        case force
        case cancel
    }

    struct KeyCreation: Codable, Sendable {
        var account: Int64
        var personality: String
        var kind: String
        var mode: String
        var scopes: [String]
        var domains: [String]
        var networks: [String]
        var expiresInSeconds: Int64?
        var label: String
        /// The secret to import; travels over the local socket only.
        var secret: String?
    }
}

extension OperatorCommand {
    /// One delivery, or those that were given up.
    struct WebhookReplay: Codable, Sendable {
        var id: Int64
        var delivery: Int64?
        var withinSeconds: Int64?
        /// In the dialect's word.
        var event: String?
        var limit: Int
        var isDryRun: Bool
    }

    /// The quotas of an account, or of one of its domains: those to set, and then all of them are shown.
    struct QuotaChange: Codable, Sendable {
        enum Setting: Codable, Sendable {
            case limit(Int)
            case cleared
        }

        var account: Int64
        var domain: String?
        /// nil: as it is.
        var daily: Setting?
        var monthly: Setting?
    }

    struct SuppressionAddition: Codable, Sendable {
        var address: String
        var account: Int64
        /// The name of the sending domain that it is for.
        var domain: String?
        var reason: String
        var note: String?
        var expiresInSeconds: Int64?
    }
}

/// What came of a command.
struct OperatorReply: Codable, Sendable {
    var exit: ExitCode
    /// JSON text: what `--json` prints, and what the tables are drawn from.
    var json: String?
    /// Bytes to print as they are.
    var raw: [UInt8]?
    /// What stands above the table, where JSON has no place for it.
    var heading: String?
    /// Why it was refused.
    var reason: String?

    static func json(_ bytes: [UInt8]) -> OperatorReply {
        OperatorReply(exit: .done, json: String(decoding: bytes, as: UTF8.self))
    }

    static func refused(_ reason: String, exit: ExitCode = .refused) -> OperatorReply {
        OperatorReply(exit: exit, reason: reason)
    }
}
