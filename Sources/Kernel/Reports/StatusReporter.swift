public import Base
import MailFormat
public import Model
public import Ports

/// Reports on deliveries (RFC 3464): on those that failed for good to the address that the sender's domain has for
/// them, and to the reverse-path of a sender on whatever it asked to hear of (RFC 3461 §4.1).
///
/// A report is a message of ours in the same queue, accepted with the settlement that it reports. It goes from the null
/// reverse-path (RFC 5321 §4.5.5), counts against nothing, and is never reported on itself. Any thread.
public struct StatusReporter: Sendable {
    private let store: any Store
    private let directory: Directory
    private let postOffice: PostOffice
    private let hostName: String
    private let simulation: SimulationPolicy
    private let retries: RetryPolicy
    private let time: any TimeSource

    /// `hostName`: what this server calls itself, a name or an address literal.
    public init(
        store: any Store, directory: Directory, postOffice: PostOffice, hostName: String,
        simulation: SimulationPolicy, retries: RetryPolicy, time: any TimeSource
    ) {
        self.store = store
        self.directory = directory
        self.postOffice = postOffice
        self.hostName = hostName
        self.simulation = simulation
        self.retries = retries
        self.time = time
    }

    /// The reports on what became of one message, one for each address that wants one.
    func reports(on id: Message.ID, _ outcomes: [ReportableOutcome]) async throws(KernelFailure) -> [SettlementReport] {
        guard let message = try await store.message(id, content: true) else { return [] }
        let readers = readers(of: message, outcomes)
        if readers.isEmpty { return [] }
        let bytes = await postOffice.unsigned(message)
        return readers.compactMap { reader in
            report(on: message, to: reader, showing: bytes).map {
                SettlementReport(message: $0, settlements: reader.outcomes.map(\.place))
            }
        }
    }

    // MARK: Who is told

    /// An address that a report goes to, and what it tells.
    private struct Reader {
        let address: EmailAddress
        var outcomes: [ReportableOutcome]
        var returnsContent = false
    }

    private func readers(of message: Message, _ outcomes: [ReportableOutcome]) -> [Reader] {
        let (domains, sender) = (domainsReader(of: message, outcomes), sender(of: message, outcomes))
        // One report is enough for who has both.
        if var both = domains, let sender, both.address == sender.address {
            both.returnsContent = sender.returnsContent
            both.outcomes += sender.outcomes.filter { $0.action != .failed }
            return [both]
        }
        return [domains, sender].compactMap { $0 }
    }

    private func domainsReader(of message: Message, _ outcomes: [ReportableOutcome]) -> Reader? {
        let failures = outcomes.filter { $0.action == .failed }
        guard !failures.isEmpty, let domain = message.domain.flatMap({ directory.domain($0) }),
            let address = domain.options.reportAddress.flatMap({ try? EmailAddress(parsing: $0) })
        else { return nil }
        return Reader(address: address, outcomes: failures)
    }

    /// A sender who asked for reports like these for some of the recipients.
    private func sender(of message: Message, _ outcomes: [ReportableOutcome]) -> Reader? {
        guard let wishes = message.submission.raw?.reports,
            let address = PostOffice.chosenReversePath(of: message.submission)
        else { return nil }
        let wanted = outcomes.filter { outcome in
            let wish = wishes.recipient(message.recipients[outcome.settlement.id.recipient].address)
            return (wish?.notify ?? 0) & outcome.wish != 0 && outcome.isNews(in: message)
        }
        if wanted.isEmpty { return nil }
        // RFC 3461 §4.3: RET is about reports of failure.
        let tellsOfFailure = wanted.contains { $0.action == .failed }
        return Reader(
            address: address, outcomes: wanted, returnsContent: wishes.returned == .full && tellsOfFailure)
    }

    // MARK: The report

    private func report(on message: Message, to reader: Reader, showing bytes: [UInt8]?) -> NewMessage? {
        guard let from = MailAddress(parsing: "Mail Delivery System <MAILER-DAEMON@\(hostName)>"),
            let sender = from.mailbox
        else { return nil }
        var notification = DeliveryStatusNotification(
            from: sender, to: reader.address, reportingMTA: hostName, arrival: message.createdAt,
            recipients: reader.outcomes.compactMap { recipient(of: message, $0) })
        notification.envelopeID = message.submission.raw?.reports.envelopeID
        notification.subject = bytes
        notification.returnsContent = reader.returnsContent
        notification.isInternational = message.submission.raw?.isInternational == true
        let to = MailAddress(
            name: nil, checkedAddress: reader.address.text, domain: reader.address.domain)
        let raw = RawContent(
            bytes: NotificationComposer.compose(notification), reversePath: nil,
            isInternational: reader.address.requiresSMTPUTF8, trace: nil, reports: ReportWishes())
        let now = time.now
        return NewMessage(
            submission: Submission(
                from: from, to: [to], subject: notification.title, tags: [message.origin.name], raw: raw),
            envelope: [
                NewRecipient(role: .to, address: to, simulation: simulation.outcome(for: to, mode: .live))
            ],
            account: message.account, key: AccessKey.noID, domain: message.domain ?? MailDomain.ID(0),
            origin: .reports, mode: .live, at: now, due: now, retries: retries, idempotency: nil)
    }

    private func recipient(
        of message: Message, _ outcome: ReportableOutcome
    ) -> DeliveryStatusNotification.Recipient? {
        let given = message.recipients[outcome.settlement.id.recipient].address
        guard let address = try? EmailAddress(parsing: given.address) else { return nil }
        let result = outcome.settlement.result
        var recipient = DeliveryStatusNotification.Recipient(
            address: address, action: outcome.action, status: result.status(for: outcome.action))
        recipient.original = ReportRequest.given(given, in: message)
        recipient.remoteMTA = result.code > 0 ? result.host.map(Self.name) : nil
        recipient.diagnostic = outcome.action == .relayed ? nil : result.diagnostic
        recipient.lastAttempt = outcome.settlement.attempts > 0 ? outcome.settlement.at : nil
        recipient.triedUntil = outcome.action == .delayed ? outcome.expires : nil
        return recipient
    }

    /// The host without its port. An address becomes a literal (RFC 5321 §4.1.3).
    private static func name(of host: String) -> String {
        let name = host.lastIndex(of: ":").map { String(host[..<$0]) } ?? host
        let inner = name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : name
        guard let address = IPAddress(inner) else { return name }
        return address.family == .v4 ? "[\(address)]" : "[IPv6:\(address)]"
    }
}

extension AttemptResult {
    /// The status that a report gives. Where the attempt brought none that tells of this, its class does (RFC 3463 §3).
    fileprivate func status(for action: DeliveryStatusNotification.Action) -> String {
        let classes = action == .relayed ? ["2."] : ["5.", "4."]
        if let enhancedStatus, classes.contains(where: enhancedStatus.hasPrefix) { return enhancedStatus }
        return action == .relayed ? "2.0.0" : failureStatus
    }

    private var failureStatus: String {
        let isTemporary = (400...499).contains(code)
        return switch classification {
        case .expired: "4.4.7"
        case .noAnswer: "4.4.1"
        case .dnsFailure: "4.4.3"
        case .badConnection: "4.4.2"
        case .invalidRecipient where !isTemporary: "5.1.1"
        case .badDomain where !isTemporary: "5.1.2"
        case .inactiveMailbox where !isTemporary: "5.2.1"
        case .mailboxFull: isTemporary ? "4.2.2" : "5.2.2"
        default: isTemporary ? "4.0.0" : "5.0.0"
        }
    }

    fileprivate var diagnostic: DeliveryStatusNotification.Diagnostic {
        guard code > 0 else { return .own(text.text) }
        return .reply([String(code), enhancedStatus, text.text].compactMap { $0 }.joined(separator: " "))
    }
}
