import Base

/// A parsed command line.
enum Verb {
    case help
    /// An empty command line.
    case nothing
    case version
    case serve
    case check
    case operate(OperatorCommand)
    /// Events from now on, until interrupted.
    case follow
}

/// A verb with the options that every verb takes.
struct Invocation {
    var verb: Verb
    var configurationPath: String?
    var printsJSON: Bool
    /// A file whose content becomes the imported secret.
    var secretFile: String?
}

extension Invocation {
    private static let valued: Set<String> = [
        "config", "parent", "account", "personality", "kind", "mode", "scopes", "domains", "allow-ip", "expires-in",
        "label", "secret-file", "limit", "delivery", "within", "event", "after", "daily", "monthly", "domain", "reason",
        "note", "key", "route", "dsn-address",
    ]
    private static let bare: Set<String> = [
        "json", "help", "verified", "follow", "dry-run", "activate", "force", "cancel", "no-dsn-address",
    ]

    /// Reads a command line, without the program's name.
    init(_ arguments: [String]) throws(UsageError) {
        let parsed = try Arguments(arguments, valued: Self.valued, bare: Self.bare)
        configurationPath = parsed.text("config")
        printsJSON = parsed.flag("json")
        secretFile = parsed.text("secret-file")
        if parsed.flag("help") {
            verb = .help
        } else {
            verb = parsed.words.isEmpty ? .nothing : try Self.verb(parsed)
        }
    }

    private static func verb(_ arguments: Arguments) throws(UsageError) -> Verb {
        let words = arguments.words
        switch words[0] {
        case "help": return .help
        case "version": return .version
        case "serve": return .serve
        case "check": return .check
        case "account": return .operate(try account(words, arguments))
        case "key": return .operate(try key(words, arguments))
        case "domain": return .operate(try domain(words, arguments))
        case "queue": return .operate(try queue(words, arguments))
        case "message": return .operate(try message(words, arguments))
        case "event": return try event(words, arguments)
        case "webhook": return .operate(try webhook(words, arguments))
        case "suppression": return .operate(try suppression(words, arguments))
        case "fault": return .operate(try fault(words, arguments))
        default:
            let known = [
                "serve", "check", "account", "key", "domain", "suppression", "queue", "webhook", "message", "event",
                "fault", "version", "help",
            ]
            throw unknown("verb", words[0], known)
        }
    }

    private static func account(_ words: [String], _ arguments: Arguments) throws(UsageError) -> OperatorCommand {
        switch try action(words, ["create", "list", "suspend", "resume", "limits"]) {
        case "create": .accountCreate(name: try operand(words, "NAME"), parent: try arguments.number("parent"))
        case "list": .accountList
        case "suspend": .accountSetState(id: try id(words), active: false)
        case "limits": .quotas(try quotas(arguments, account: id(words), domain: nil))
        default: .accountSetState(id: try id(words), active: true)
        }
    }

    private static func key(_ words: [String], _ arguments: Arguments) throws(UsageError) -> OperatorCommand {
        switch try action(words, ["create", "list", "revoke"]) {
        case "create":
            .keyCreate(
                OperatorCommand.KeyCreation(
                    account: try arguments.requiredNumber("account"),
                    personality: try arguments.required("personality"),
                    kind: try arguments.choice("kind", ["secret", "public"]),
                    mode: try arguments.choice("mode", ["live", "test"]), scopes: arguments.list("scopes"),
                    domains: arguments.list("domains"), networks: arguments.list("allow-ip"),
                    expiresInSeconds: try arguments.number("expires-in"), label: arguments.text("label") ?? ""))
        case "list": .keyList
        default: .keyRevoke(id: try id(words))
        }
    }

    private static func domain(_ words: [String], _ arguments: Arguments) throws(UsageError) -> OperatorCommand {
        switch try action(words, ["add", "list", "verify", "show", "set", "rotate", "limits"]) {
        case "add":
            .domainAdd(
                name: try operand(words, "NAME"), account: try arguments.requiredNumber("account"),
                verified: arguments.flag("verified"))
        case "list": .domainList
        case "limits":
            .quotas(
                try quotas(
                    arguments, account: arguments.requiredNumber("account"), domain: operand(words, "NAME")))
        case "verify":
            .domainVerify(name: try operand(words, "NAME"), account: try arguments.requiredNumber("account"))
        case "set":
            .domainSetReportAddress(
                name: try operand(words, "NAME"), account: try arguments.requiredNumber("account"),
                address: try reportAddress(arguments))
        case "rotate":
            .domainRotate(
                name: try operand(words, "NAME"), account: try arguments.requiredNumber("account"),
                step: try rotationStep(arguments))
        default: .domainShow(name: try operand(words, "NAME"), account: try arguments.requiredNumber("account"))
        }
    }

    private static func reportAddress(_ arguments: Arguments) throws(UsageError) -> String? {
        let address = arguments.text("dsn-address")
        guard (address == nil) == arguments.flag("no-dsn-address") else {
            throw UsageError("domain set: --dsn-address ADDRESS, or --no-dsn-address")
        }
        return address
    }

    private static func rotationStep(_ arguments: Arguments) throws(UsageError) -> OperatorCommand.RotationStep {
        let flags = (arguments.flag("activate"), arguments.flag("force"), arguments.flag("cancel"))
        switch flags {
        case (false, false, false): return .begin
        case (true, false, false): return .activate
        case (true, true, false): return .force
        case (false, false, true): return .cancel
        default: throw UsageError("domain rotate: --activate, --activate --force, --cancel, or none of them")
        }
    }

    private static func queue(_ words: [String], _ arguments: Arguments) throws(UsageError) -> OperatorCommand {
        switch try action(words, ["stats", "list", "show", "retry", "cancel", "dead", "replay", "pause", "resume"]) {
        case "stats": .queueStats
        case "list": .queueList(limit: try limit(arguments))
        case "show": .queueShow(message: try operand(words, "ID"))
        case "retry": .queueRetry(message: try operand(words, "ID"))
        case "cancel": .queueCancel(message: try operand(words, "ID"))
        case "dead": .queueDead(limit: try limit(arguments))
        case "replay": .queueReplay(message: try operand(words, "ID"))
        case "pause": .queueSetPaused(lane: try operand(words, "LANE"), paused: true)
        default: .queueSetPaused(lane: try operand(words, "LANE"), paused: false)
        }
    }

    private static func message(_ words: [String], _ arguments: Arguments) throws(UsageError) -> OperatorCommand {
        switch try action(words, ["list", "show", "raw"]) {
        case "list": .messageList(limit: try limit(arguments))
        case "show": .messageShow(message: try operand(words, "ID"))
        default: .messageRaw(message: try operand(words, "ID"))
        }
    }

    private static func event(_ words: [String], _ arguments: Arguments) throws(UsageError) -> Verb {
        _ = try action(words, ["list"])
        if arguments.flag("follow") { return .follow }
        return .operate(
            .eventList(after: try arguments.number("after") ?? 0, limit: try limit(arguments), wait: false))
    }

    // MARK: Words

    static func action(_ words: [String], _ allowed: [String]) throws(UsageError) -> String {
        guard words.count > 1 else {
            throw UsageError("\(words[0]): say what to do: \(allowed.joined(separator: ", "))")
        }
        guard allowed.contains(words[1]) else { throw unknown("\(words[0]) action", words[1], allowed) }
        return words[1]
    }

    static func operand(_ words: [String], _ name: String) throws(UsageError) -> String {
        guard words.count == 3 else { throw UsageError("\(words[0]) \(words[1]): takes one \(name)") }
        return words[2]
    }

    static func id(_ words: [String]) throws(UsageError) -> Int64 {
        let text = try operand(words, "ID")
        guard let id = Int64(text), id > 0 else { throw UsageError("\(text): an ID is a positive number") }
        return id
    }

    static func limit(_ arguments: Arguments) throws(UsageError) -> Int {
        let limit = try arguments.number("limit") ?? 100
        return Int(min(limit, Int64(RuntimeLimits.messagesPerList)))
    }

    private static func unknown(_ what: String, _ name: String, _ known: [String]) -> UsageError {
        let nearest = NearestName.to(name, among: known).map { " (did you mean \($0)?)" } ?? ""
        return UsageError("unknown \(what) \(name)\(nearest): allowed: \(known.joined(separator: ", "))")
    }
}
