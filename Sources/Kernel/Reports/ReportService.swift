public import Base
public import MailFormat
public import Model
public import Ports
import Synchronization

/// Takes in what others report of mail from here: bounces that come after a server had taken the mail (RFC 3464), and
/// complaints (RFC 5965). They become events, and suppress addresses as the personality of the message has it. What is
/// for people is kept for the operator.
///
/// Any thread; it comes back on the caller's executor. What it says is taken is on disk.
public struct ReportService: Sendable {
    /// A mailbox of ours.
    public enum Destination: Sendable, Equatable {
        case returnPath(ReturnPath)
        case complaints
        /// Read by people: `postmaster` and `abuse`.
        case desk
    }

    /// Why an address is none of ours.
    public enum Refusal: Error, Sendable, Equatable {
        /// Its domain is somebody else's.
        case elsewhere
        case unknown
    }

    /// What became of a report.
    public enum Verdict: Sendable, Equatable {
        /// It is recorded, or there was nothing to record.
        case taken
        /// It is no report, or says nothing of mail from here.
        case notUnderstood
        /// For a person to read.
        case tooLarge
        /// Not now: the same may be handed over again.
        case postponed(KernelFailure)
    }

    /// The local part that providers send complaints to, at the operator's own name for reports.
    public static let complaints = "complaints"

    /// The mailboxes that every server has for people (RFC 5321 §4.5.1, RFC 2142 §4).
    public static let desks: Set<String> = ["postmaster", "abuse"]

    private let store: any Store
    private let directory: Directory
    private let returnPaths: ReturnPaths
    private let ownNames: Set<String>
    private let mailbox: any OperatorMailbox
    private let subject: ReportSubject
    private let reporter: StatusReporter?
    private let workers: any Workers
    private let time: any TimeSource
    private let log: Log
    private let tally = Tally()
    private let allowance = OperatorMailAllowance()

    /// `idKey`, `identities`: what the post office has. `ownNames`: what this server calls itself, where people may
    /// write to as well; in lower case. `mailbox`: where that is kept. `reporter`: who passes bounces on to those who
    /// want to hear of failures.
    public init(
        store: any Store, directory: Directory, returnPaths: ReturnPaths, ownNames: Set<String> = [],
        mailbox: any OperatorMailbox, idKey: [UInt8], identities: [MessageIdentities] = [],
        reporter: StatusReporter? = nil, workers: any Workers,
        time: any TimeSource, log: Log
    ) {
        self.store = store
        self.directory = directory
        self.returnPaths = returnPaths
        self.ownNames = ownNames
        self.mailbox = mailbox
        subject = ReportSubject(
            returnPaths: returnPaths, messageIDs: PostOffice.MessageIDs(idKey: idKey, identities: identities))
        self.reporter = reporter
        self.workers = workers
        self.time = time
        self.log = log
    }

    // MARK: Addresses

    /// The mailbox that an address names. Local parts are compared without case: some servers change it.
    public func destination(_ text: String) throws(Refusal) -> Destination {
        guard let address = try? EmailAddress(parsing: text) else { throw .unknown }
        let takesReports = returnPaths.isOurs(address.domain, in: directory)
        guard takesReports || ownNames.contains(address.domain) else { throw .elsewhere }
        // RFC 5321 §4.1.2: a quoted local part is the one that it stands for.
        let local = address.unquotedLocalPart.asciiLowercased
        if Self.desks.contains(local) { return .desk }
        if takesReports, let path = returnPaths.path(localPart: local) { return .returnPath(path) }
        guard local == Self.complaints, returnPaths.isOwn(address.domain) else { throw .unknown }
        return .complaints
    }

    // MARK: Taking

    /// Takes a report that came to a mailbox of ours.
    public func take(_ content: [UInt8], for destination: Destination) async -> Verdict {
        // A report may return all of a message: too much to look through on a shard.
        let report = await workers.run { MailReport(parsing: content) }
        do throws(KernelFailure) {
            return switch report {
            case .delivery(let report): try await take(report, for: destination)
            case .feedback(let report): try await take(report, for: destination)
            case nil: refuse()
            }
        } catch {
            tally.note(.postponed)
            return .postponed(error)
        }
    }

    /// Keeps what is for people to read, with the fields that its last server adds (RFC 5321 §4.4). `sender`: nil for
    /// the null path.
    public func keep(_ content: [UInt8], from sender: String?, _ trace: MailTrace) async -> Verdict {
        guard content.count <= KernelLimits.operatorMessageBytes else { return .tooLarge }
        let now = time.now
        guard allowance.take(trace.client, at: now) else {
            return .postponed(.overloaded(retryAfter: KernelLimits.operatorMailWait))
        }
        var bytes: [UInt8] = []
        bytes.append("Return-Path: <\(sender ?? "")>\r\n")
        bytes += RawMessage.trace(trace, id: String(now.nanoseconds, radix: 36), date: now)
        do throws(KernelFailure) {
            try await mailbox.keep(bytes + content)
            log.info("operator-mail") { $0.add("bytes", content.count) }
            return .taken
        } catch {
            return .postponed(error)
        }
    }

    private func refuse() -> Verdict {
        tally.note(.refused)
        return .notUnderstood
    }

    private func take(
        _ report: DeliveryReport, for destination: Destination
    ) async throws(KernelFailure) -> Verdict {
        guard case .returnPath(let path) = destination,
            let message = try await store.message(path.message, content: false)
        else { return refuse() }
        if subject.isContradicted(path, by: message) { return refuse() }
        // A path is the message's, and a transaction's name the submitter's: where it came back as another, the report
        // speaks of mail that somebody else has sent under this path.
        if subject.isOfAnotherTransaction(report, than: message) { return note(message) }
        var found: [Int: DeliveryReport.Recipient] = [:]
        // Those that the report names first: where the path tells whose it is, others may be named beside.
        let ordered =
            report.recipients.filter { subject.place(of: $0.names, in: message) != nil }
            + report.recipients.filter { subject.place(of: $0.names, in: message) == nil }
        for one in ordered {
            let place = subject.recipient(path, named: one.names, in: message)
            // Of several fates of one recipient, whose mail was forwarded to several, a failure counts.
            guard let place, found[place]?.action != .failed else { continue }
            found[place] = one
        }
        // It is about this message, and about one of several whom it does not name: that is nobody's fault.
        if found.isEmpty { return note(message) }
        let failed = found.filter { $0.value.action == .failed }
        if failed.isEmpty { return note(message) }
        let now = time.now
        return try await record(
            failed.sorted { $0.key < $1.key }.map { place, recipient in
                RecipientReport(
                    id: DeliveryID(message: message.id, recipient: place), at: now,
                    news: Self.news(recipient, of: message.recipients[place].address.address, isAlone: found.count == 1)
                )
            })
    }

    private func take(
        _ feedback: FeedbackReport, for destination: Destination
    ) async throws(KernelFailure) -> Verdict {
        guard let path = subject.path(of: feedback, cameTo: destination),
            let message = try await store.message(path.message, content: false)
        else { return refuse() }
        if subject.isContradicted(path, by: message) { return refuse() }
        guard feedback.isComplaint,
            let place = subject.recipient(path, named: feedback.recipients, in: message)
        else { return note(message) }
        return try await record([
            RecipientReport(
                id: DeliveryID(message: message.id, recipient: place), at: time.now, news: .complained)
        ])
    }

    private func note(_ message: Message) -> Verdict {
        tally.note(.noted)
        log.write(.deliveries, "report") { line in
            line.add("message", message.id.value)
            line.add("outcome", ReportCounts.Outcome.noted.word)
        }
        return .taken
    }

    private func record(_ news: [RecipientReport]) async throws(KernelFailure) -> Verdict {
        // What it throws: its server was faster with the report than we with the record; or it is tried once more.
        let applied = try await store.makeEach(.report(news, reports: try await reports(on: news)))
        for (report, applied) in zip(news, applied) { self.note(report, applied ? report.outcome : .known) }
        return .taken
    }

    /// Those of our own, about one message.
    private func reports(on news: [RecipientReport]) async throws(KernelFailure) -> [SettlementReport] {
        guard let reporter, let message = news.first?.id.message else { return [] }
        let outcomes = news.enumerated().compactMap { ReportableOutcome($1, at: $0) }
        return outcomes.isEmpty ? [] : try await reporter.reports(on: message, outcomes)
    }

    private func note(_ report: RecipientReport, _ outcome: ReportCounts.Outcome) {
        tally.note(outcome)
        log.write(.deliveries, "report") { line in
            line.add("message", report.id.message.value)
            line.add("recipient", report.id.recipient)
            line.add("outcome", outcome.word)
            guard let result = report.result else { return }
            line.add("class", result.classification.word)
            line.add("status", result.loggableStatus)
        }
    }

    // MARK: What it means

    /// `isAlone`: the report tells of no other recipient.
    private static func news(
        _ recipient: DeliveryReport.Recipient, of address: String, isAlone: Bool
    ) -> RecipientReport.News {
        let text = recipient.diagnostic ?? UserData("reported as not delivered")
        let verdict = RefusalJudge.verdict(on: evidence(of: recipient, to: address, isAlone: isAlone))
        let result = AttemptResult(
            classification: verdict.classification, code: recipient.code ?? 0,
            enhancedStatus: recipient.status?.description, text: text, host: recipient.remoteHost)
        return verdict.isPermanent ? .bounced(result) : .softBounced(result)
    }

    /// What the judge is told of a recipient of a report.
    public static func evidence(
        of recipient: DeliveryReport.Recipient, to address: String, isAlone: Bool
    ) -> RefusalEvidence {
        let text = recipient.diagnostic?.text ?? ""
        return RefusalEvidence(
            command: recipient.command, code: recipient.code, status: recipient.status, text: text,
            recipients: isAlone ? 1 : 2, namesAddress: text.asciiLowercased.contains(address.asciiLowercased))
    }

    // MARK: Figures

    /// Reports since the start, by what came of each recipient that they speak of.
    public var counts: ReportCounts { tally.counts }

    private final class Tally: Sendable {
        private let state = Mutex(ReportCounts())

        var counts: ReportCounts { state.withLock { $0 } }

        func note(_ outcome: ReportCounts.Outcome) { state.withLock { $0.note(outcome) } }
    }
}

extension RecipientReport {
    fileprivate var outcome: ReportCounts.Outcome {
        switch news {
        case .bounced: .bounced
        case .softBounced: .softBounced
        case .complained: .complained
        }
    }
}
