import AdapterKit
import Base
import Kernel
import Model
import Ports

/// How the operator's commands show things: stable member names, in a fixed order.
struct OperatorJSON: Sendable {
    private let publicIDs: [PersonalityID: PublicIDs]
    private let directory: Directory

    init(_ runtime: KernelRuntime) {
        directory = runtime.directory
        publicIDs = Dictionary(uniqueKeysWithValues: runtime.personalities.map { ($0.id, runtime.ids($0)) })
    }

    // MARK: Directory

    func account(_ account: Account) -> [UInt8] { JSONWriter.object { write(account, &$0) } }

    func accounts(_ accounts: [Account]) -> [UInt8] {
        JSONWriter.array { array in
            for account in accounts { array.object { write(account, &$0) } }
        }
    }

    private func write(_ account: Account, _ object: inout JSONObjectWriter) {
        object.member("id", account.id.value)
        object.member("name", account.name)
        object.member("parent", account.parent?.value)
        // What is above it decides too.
        let isBelowSuspended = account.state == .active && directory.isSuspended(account.id) == true
        object.member("state", (isBelowSuspended ? .suspended : account.state).rawValue)
        object.member("createdAt", account.createdAt.rfc3339(.milliseconds))
        object.object("ids") { object in
            for (personality, ids) in publicIDs.sorted(by: { $0.key.name < $1.key.name }) {
                object.member(named: personality.name, ids.accounts.text(account.id))
            }
        }
    }

    func key(_ key: AccessKey) -> [UInt8] { JSONWriter.object { Self.write(key, &$0) } }

    func keys(_ keys: [AccessKey]) -> [UInt8] {
        JSONWriter.array { array in
            for key in keys { array.object { Self.write(key, &$0) } }
        }
    }

    /// The only place that shows a secret.
    func newKey(_ key: AccessKey, secret: Secret) -> [UInt8] {
        JSONWriter.object { object in
            object.member("id", key.id.value)
            object.member("key", secret.text)
            Self.writeDetails(key, &object)
        }
    }

    private static func write(_ key: AccessKey, _ object: inout JSONObjectWriter) {
        object.member("id", key.id.value)
        object.member("prefix", key.prefix)
        writeDetails(key, &object)
    }

    private static func writeDetails(_ key: AccessKey, _ object: inout JSONObjectWriter) {
        object.member("account", key.account.value)
        object.member("personality", key.personality.name)
        object.member("kind", key.kind.rawValue)
        object.member("mode", key.mode.rawValue)
        object.member("scopes", key.scopes)
        object.member("domains", key.domains)
        object.member("allowedNetworks", key.allowedNetworks.map(\.description))
        object.member("label", key.label)
        object.member("createdAt", key.createdAt.rfc3339(.milliseconds))
        object.member("expiresAt", key.expiresAt?.rfc3339(.milliseconds))
        object.member("revokedAt", key.revokedAt?.rfc3339(.milliseconds))
        object.member("lastUsedAt", key.lastUsedAt?.rfc3339(.milliseconds))
    }

    /// The only place that shows a password.
    func newUser(_ key: AccessKey, password: Secret) -> [UInt8] {
        JSONWriter.object { object in
            object.member("id", key.id.value)
            object.member("password", password.text)
            Self.writeUser(key, &object)
        }
    }

    func users(_ keys: [AccessKey]) -> [UInt8] {
        JSONWriter.array { array in
            for key in keys { array.object { Self.write(user: key, &$0) } }
        }
    }

    func user(_ key: AccessKey) -> [UInt8] { JSONWriter.object { Self.write(user: key, &$0) } }

    private static func write(user key: AccessKey, _ object: inout JSONObjectWriter) {
        object.member("id", key.id.value)
        writeUser(key, &object)
    }

    private static func writeUser(_ key: AccessKey, _ object: inout JSONObjectWriter) {
        object.member("user", key.user)
        object.member("account", key.account.value)
        object.member("personality", key.personality.name)
        object.member("mode", key.mode.rawValue)
        object.member("domains", key.domains)
        object.member("label", key.label)
        object.member("createdAt", key.createdAt.rfc3339(.milliseconds))
        object.member("revokedAt", key.revokedAt?.rfc3339(.milliseconds))
        object.member("lastUsedAt", key.lastUsedAt?.rfc3339(.milliseconds))
    }

    func domain(_ domain: MailDomain) -> [UInt8] { JSONWriter.object { Self.write(domain, &$0) } }

    func domains(_ domains: [MailDomain]) -> [UInt8] {
        JSONWriter.array { array in
            for domain in domains { array.object { Self.write(domain, &$0) } }
        }
    }

    private static func write(_ domain: MailDomain, _ object: inout JSONObjectWriter) {
        object.member("id", domain.id.value)
        object.member("name", domain.name)
        object.member("account", domain.account.value)
        object.member("state", domain.sending.rawValue)
        object.member("createdAt", domain.createdAt.rfc3339(.milliseconds))
        object.member("verifiedAt", domain.verifiedAt?.rfc3339(.milliseconds))
        object.member("dsnAddress", domain.options.reportAddress)
        let rotation = domain.rotation
        object.member("keys", rotation?.state.rawValue ?? "idle")
        object.member("newKeysSignAt", rotation.flatMap(RotationRule.activatesAfter)?.rfc3339(.milliseconds))
        object.member("oldKeysEndAt", rotation.flatMap(RotationRule.retiresAfter)?.rfc3339(.milliseconds))
    }

    func records(_ records: [(personality: PersonalityID, record: PublishedRecord)]) -> [UInt8] {
        JSONWriter.array { array in
            for (personality, published) in records {
                let record = published.record
                array.object { object in
                    object.member("type", record.type)
                    object.member("name", record.name)
                    object.member("value", record.value)
                    object.member("purpose", record.purpose)
                    object.member("seen", record.seen)
                    object.member("state", Self.state(of: published))
                    object.member("found", Self.found(in: published))
                    object.member("personality", personality.name)
                }
            }
        }
    }

    /// `ok`, `missing`, `different`, `unreadable`, or `unchecked` before the first look.
    static func state(of published: PublishedRecord) -> String {
        guard let check = published.check else { return "unchecked" }
        guard check.isReadable else { return "unreadable" }
        return switch check.verdict {
        case .ok: "ok"
        case .missing: "missing"
        case .different: "different"
        case nil: "unchecked"
        }
    }

    /// What stands there instead.
    private static func found(in published: PublishedRecord) -> [String] {
        if case .different(let seen) = published.check?.verdict { seen } else { [] }
    }

    // MARK: Queue

    func lanes(_ lanes: [LaneStatistics]) -> [UInt8] {
        JSONWriter.array { array in
            for lane in lanes {
                array.object { object in
                    object.member("lane", lane.lane.name)
                    object.member("waiting", lane.waiting)
                    object.member("leased", lane.leased)
                    object.member("paused", lane.isPaused)
                }
            }
        }
    }

    func deliveries(_ deliveries: [PendingDelivery]) -> [UInt8] {
        JSONWriter.array { array in
            for delivery in deliveries {
                array.object { object in
                    object.member("message", delivery.id.message.value)
                    object.member("recipient", delivery.id.recipient)
                    object.member("due", delivery.due.rfc3339(.milliseconds))
                    object.member("attempts", delivery.attempts)
                    object.member("destination", delivery.destination)
                    object.member("simulated", delivery.simulation != .none)
                }
            }
        }
    }

    func deadLetters(_ letters: [DeadLetter]) -> [UInt8] {
        JSONWriter.array { array in
            for letter in letters {
                array.object { object in
                    object.member("message", letter.id.message.value)
                    object.member("recipient", letter.id.recipient)
                    object.member("at", letter.at.rfc3339(.milliseconds))
                    object.member("attempts", letter.attempts)
                    object.member("destination", letter.destination)
                }
            }
        }
    }

    // MARK: Messages

    func messages(_ messages: [Message]) -> [UInt8] {
        JSONWriter.array { array in
            for message in messages { array.object { write(message, &$0) } }
        }
    }

    func page(_ page: Page<Message>) -> [UInt8] {
        JSONWriter.object { object in
            object.array("messages") { array in
                for message in page.items { array.object { write(message, &$0) } }
            }
            object.member("total", page.total)
        }
    }

    func message(_ message: Message) -> [UInt8] {
        JSONWriter.object { object in
            write(message, &object)
            object.array("recipients") { array in
                for recipient in message.recipients {
                    array.object { object in
                        object.member("address", recipient.address.address)
                        object.member("role", "\(recipient.role)")
                        object.member("state", "\(recipient.state)")
                        object.member("attempts", recipient.attempts)
                    }
                }
            }
            object.array("events") { array in
                for event in message.events {
                    array.object { object in
                        Self.write(event, &object)
                        Self.writeDialogue(of: event, &object)
                    }
                }
            }
        }
    }

    /// A line each, as people read it. One session's end is two events, `transmitted` and `delivered`; the first tells.
    private static func writeDialogue(of event: MailEvent, _ object: inout JSONObjectWriter) {
        guard event.kind != .delivered, let dialogue = event.attempt?.dialogue else { return }
        object.member("dialogue", dialogue.text.split(separator: "\n").map(String.init))
    }

    private func write(_ message: Message, _ object: inout JSONObjectWriter) {
        object.member("id", publicID(message))
        object.member("serial", message.id.value)
        object.member("account", message.account.value)
        object.member("personality", message.origin.name)
        object.member("mode", message.mode.rawValue)
        object.member("state", "\(message.state)")
        object.member("from", message.submission.from.address)
        object.member("to", message.recipients.map(\.address.address))
        object.member("subject", message.submission.subject)
        object.member("createdAt", message.createdAt.rfc3339(.milliseconds))
        object.member("scheduledAt", message.submission.scheduledAt?.rfc3339(.milliseconds))
    }

    private func publicID(_ message: Message) -> String {
        publicIDs[message.origin]?.messages.text(message.id) ?? String(message.id.value)
    }

    func events(_ events: [MailEvent]) -> [UInt8] {
        JSONWriter.array { array in
            for event in events { array.object { Self.write(event, &$0) } }
        }
    }

    private static func write(_ event: MailEvent, _ object: inout JSONObjectWriter) {
        object.member("id", event.id.value)
        object.member("message", event.message.value)
        object.member("recipient", event.recipient)
        object.member("event", "\(event.kind)")
        object.member("at", event.at.rfc3339(.milliseconds))
        object.member("code", event.attempt?.code)
        object.member("status", event.attempt?.enhancedStatus)
        object.member("text", event.attempt?.text.text)
        object.member("host", event.attempt?.host)
        object.memberIfPresent("due", event.due?.rfc3339(.milliseconds))
    }
}
