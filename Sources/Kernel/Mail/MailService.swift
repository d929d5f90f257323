public import Base
import Crypto
public import Model
public import Ports

/// Sending mail, and looking after what was sent: what all mail personalities share.
///
/// Any thread; calls come back on the caller's executor. Look-ups are keyed by account and personality, so that what
/// belongs to others is as absent as what does not exist. A class, for every request hands it on several times.
public final class MailService: Sendable {
    private let store: any Store
    private let directory: Directory
    private let deliveries: any DeliveryControl
    private let simulation: SimulationPolicy
    private let retries: RetryPolicy
    private let conventions: [PersonalityID: MailConvention]
    private let postOffice: PostOffice?
    private let transport: (any MailTransport)?
    private let time: any TimeSource

    public init(
        store: any Store, directory: Directory, deliveries: any DeliveryControl, simulation: SimulationPolicy,
        retries: RetryPolicy, conventions: [PersonalityID: MailConvention] = [:], postOffice: PostOffice? = nil,
        transport: (any MailTransport)? = nil, time: any TimeSource
    ) {
        self.transport = transport
        self.store = store
        self.directory = directory
        self.deliveries = deliveries
        self.simulation = simulation
        self.retries = retries
        self.conventions = conventions
        self.postOffice = postOffice
        self.time = time
    }

    // MARK: Sending

    /// Checks that the principal may send from this domain: it is the account's, it may send, the key may use it.
    public func authorise(
        sender: MailAddress, for principal: Principal
    ) throws(KernelFailure) -> MailDomain {
        guard let domain = directory.domain(sender.domain, of: principal.account) else {
            throw .domainUnknown(UserData(sender.domain), role: .sender)
        }
        guard domain.maySend else { throw .domainUnverified(UserData(sender.domain), role: .sender) }
        guard principal.domains.isEmpty || principal.domains.contains(domain.name) else {
            throw .domainNotPermitted(domain: domain.name, action: nil)
        }
        return domain
    }

    /// Whether the message needs SMTPUTF8 for more than single recipients (RFC 6531 §3.4), and the server that all mail
    /// goes through knows none: it could go to nobody.
    public func isTooInternational(_ submission: Submission, mode: AccessKey.Mode) -> Bool {
        transport?.takesInternational == false && mode == .live && submission.internationalField != nil
    }

    /// Accepts submissions, each on its own: what each comes to, in order. `rule`: what their idempotency keys mean;
    /// without one they mean nothing. `at`: when they are made; nil: now.
    public func send(
        _ submissions: [Submission], by principal: Principal, suppression: SuppressionPolicy = .drop,
        rule: IdempotencyRule? = nil, at now: Instant? = nil
    ) -> Plan<[Result<Acceptance, KernelFailure>]> {
        var changes: [Change] = []
        changes.reserveCapacity(submissions.count)
        // Of those for which there is a change, what came of it is in the outcomes, in the same order.
        var refusals: [KernelFailure?] = []
        refusals.reserveCapacity(submissions.count)
        for submission in submissions {
            do throws(KernelFailure) {
                changes.append(.accept(try prepare(submission, principal, suppression, rule, at: now ?? time.now)))
                refusals.append(nil)
            } catch {
                refusals.append(error)
            }
        }
        return Plan(changes, on: store) { [refusals] outcomes in .success(Self.results(refusals, outcomes)) }
    }

    private static func results(
        _ refusals: [KernelFailure?], _ outcomes: ArraySlice<ChangeOutcome>
    ) -> [Result<Acceptance, KernelFailure>] {
        var outcomes = outcomes.makeIterator()
        return refusals.map { refusal in
            if let refusal { return .failure(refusal) }
            return Result { () throws(KernelFailure) in
                try (outcomes.next() ?? .refused(ChangeOutcome.foreign)).acceptance()
            }
        }
    }

    /// Keeps a submission for looking at, as mail of an account that nobody lists, counts or hears of: whoever it is
    /// from and for, and to nobody.
    public func keep(_ submission: Submission, for account: Account.ID) -> Plan<Message.ID> {
        let now = time.now
        let message = NewMessage(
            submission: submission,
            envelope: submission.envelope.map { NewRecipient(role: $0, address: $1, simulation: .delivered) },
            account: account, key: AccessKey.noID, domain: MailDomain.ID(0), origin: .capture, mode: .live, at: now,
            due: now, retries: retries, idempotency: nil)
        return Plan([.accept(message)], on: store) { outcomes in
            Result { () throws(KernelFailure) in
                try (outcomes.first ?? .refused(ChangeOutcome.foreign)).acceptance().message
            }
        }
    }

    private func prepare(
        _ submission: Submission, _ principal: Principal, _ suppression: SuppressionPolicy, _ rule: IdempotencyRule?,
        at now: Instant
    ) throws(KernelFailure) -> NewMessage {
        let domain = try authorise(sender: submission.from, for: principal)
        if isTooInternational(submission, mode: principal.mode), let field = submission.internationalField {
            throw .invalid(FieldFault(field, .forbidden(because: Self.needsInternationalHop)))
        }
        let envelope = submission.envelope
        guard (1...PortLimits.recipientsPerMessage).contains(envelope.count) else {
            throw .invalid(
                FieldFault("to", .count(minimum: 1, maximum: PortLimits.recipientsPerMessage)))
        }
        return NewMessage(
            submission: submission,
            envelope: envelope.map { role, address in
                NewRecipient(
                    role: role, address: address,
                    simulation: submission.sandbox.map { SimulatedOutcome($0) }
                        ?? simulation.outcome(for: address, mode: principal.mode))
            },
            account: principal.account, key: principal.key, domain: domain.id, origin: principal.personality,
            mode: principal.mode, at: now, due: max(submission.scheduledAt ?? now, now),
            retries: conventions[principal.personality]?.retries ?? retries,
            idempotency: record(rule, submission, principal), suppression: suppression)
    }

    private static let needsInternationalHop =
        "the mail server that everything goes through takes no address with letters outside ASCII before its @"

    /// The key within the namespace that its rule gives it; what is compared is the command.
    private func record(
        _ rule: IdempotencyRule?, _ submission: Submission, _ principal: Principal
    ) -> IdempotencyRecord? {
        guard let rule, let key = submission.idempotency else { return nil }
        let context = IdempotencyContext(
            personality: principal.personality, account: principal.account, mode: principal.mode)
        return IdempotencyRecord(key: rule.digest(key, context), fingerprint: Fingerprint.of(submission.readable))
    }

    // MARK: Looking

    /// Bytes of a message's content where it is large, whoever's it is.
    public func contentBytes(of id: Message.ID) async throws(KernelFailure) -> Int? {
        try await store.contentBytes(of: id)
    }

    /// A message of this owner with all of its content; nil for anybody else's.
    public func message(_ id: Message.ID, of owner: Tenant) async throws(KernelFailure) -> Message? {
        guard let message = try await store.message(id, content: true), message.account == owner.account,
            message.origin == owner.origin
        else { return nil }
        return await markSending(message.submission.raw == nil ? message : Self.readable(message))
    }

    private static func readable(_ message: Message) -> Message {
        var message = message
        message.submission = message.submission.readable
        return message
    }

    public func messages(_ query: MessageQuery) async throws(KernelFailure) -> Page<Message> {
        try await store.messages(query)
    }

    /// How far a tenant's messages are.
    public func counts(of tenant: Tenant) async throws(KernelFailure) -> MailCounts {
        let tally = try await store.tally(of: tenant, at: time.now)
        let active = await deliveries.sending(of: tenant)
        // What is being tried waited before, or was put off.
        let waiting = max(tally.waiting - active, 0)
        let delayed = max(tally.delayed - max(active - tally.waiting, 0), 0)
        return MailCounts(
            waiting: waiting, active: active,
            completed: max(tally.total - waiting - active - delayed - tally.failed, 0), failed: tally.failed,
            delayed: delayed)
    }

    /// Whether an attempt is running is known to the queue alone; only unfinished messages pay for asking.
    private func markSending(_ message: Message) async -> Message {
        guard message.recipients.contains(where: { !$0.state.isFinal }),
            await deliveries.isSending(message.id, recipients: message.recipients.count)
        else { return message }
        var message = message
        for index in message.recipients.indices where !message.recipients[index].state.isFinal {
            message.recipients[index].state = .sending
        }
        return message
    }

    /// One recipient's part as bytes, with its header fields; nil where they cannot be shown.
    public func content(
        of message: Message, recipient: Int
    ) async throws(KernelFailure) -> (bytes: [UInt8], fields: [Submission.HeaderField])? {
        try await postOffice?.shown(message, recipient: recipient)
    }

    /// A page of recipients' parts.
    public func parts(_ query: DeliveryQuery) async throws(KernelFailure) -> Page<DeliveryPart> {
        try await store.deliveries(query)
    }

    // MARK: Taking back and moving

    /// Cancels a message none of whose deliveries was attempted; `wrongState` otherwise.
    public func cancel(_ message: Message) -> Plan<Void> {
        plan(.cancel(message.id, at: time.now), of: message, operation: .cancel) { _ in [] }
    }

    /// Cancels one recipient's part, if it was not attempted; `wrongState` otherwise.
    public func cancel(_ message: Message, recipient: Int) -> Plan<Void> {
        let part = DeliveryID(message: message.id, recipient: recipient)
        let hold: Plan<Void>.Hold = { [deliveries] () async throws(KernelFailure) -> Plan<Void>.Release in
            guard let withdrawn = await deliveries.withdraw(part) else {
                let isEnded = message.recipients[recipient].state.isFinal
                throw .wrongState(.message, state: isEnded ? .ended : .underWay, operation: .cancel)
            }
            return { outcomes in
                if case .done? = outcomes?.first { return }
                await deliveries.insert([withdrawn])
            }
        }
        return Plan(.cancelPart(part, at: time.now), on: store, hold: hold) { _ in }
    }

    /// Gives a message none of whose deliveries was attempted another time; a past one means now.
    public func reschedule(_ message: Message, to due: Instant) -> Plan<Void> {
        let due = max(due, time.now)
        return plan(.reschedule(message.id, due: due, at: time.now), of: message, operation: .reschedule) {
            withdrawn in
            withdrawn.map { delivery in
                var delivery = delivery
                delivery.due = due
                return delivery
            }
        }
    }

    /// The deliveries are out of the queue while the change is made; back comes what it leaves to do, or all of it, if
    /// it was not made.
    private func plan(
        _ change: Change, of message: Message, operation: Operation,
        remaining: @escaping @Sendable ([PendingDelivery]) -> [PendingDelivery]
    ) -> Plan<Void> {
        let hold: Plan<Void>.Hold = { [deliveries] () async throws(KernelFailure) -> Plan<Void>.Release in
            guard let withdrawn = await deliveries.withdraw(message.id, recipients: message.recipients.count) else {
                let isEnded = message.recipients.allSatisfy(\.state.isFinal)
                throw .wrongState(.message, state: isEnded ? .ended : .underWay, operation: operation)
            }
            return { outcomes in
                let isMade = if case .done? = outcomes?.first { true } else { false }
                await deliveries.insert(isMade ? remaining(withdrawn) : withdrawn)
            }
        }
        return Plan(change, on: store, hold: hold) { _ in }
    }
}

extension Submission {
    /// What of the message only SMTPUTF8 can carry (RFC 6532 §3.2); nil where it needs none. Recipients are judged one
    /// by one, when their mail goes.
    fileprivate var internationalField: String? {
        if let raw { return raw.isInternational ? "from" : nil }
        if from.needsSMTPUTF8 { return "from" }
        return replyTo.contains(where: \.needsSMTPUTF8) ? "reply_to" : nil
    }
}

/// Which deliveries never reach a mail server.
public struct SimulationPolicy: Sendable, Equatable {
    /// Capture mode: no mail leaves the machine.
    public var capturesEverything: Bool
    /// In capture mode, local parts may ask for an outcome.
    public var localPartsDecide: Bool
    /// Bounces and complaints that are simulated suppress addresses as real ones do.
    public var suppresses: Bool

    public init(capturesEverything: Bool, localPartsDecide: Bool, suppresses: Bool = false) {
        self.capturesEverything = capturesEverything
        self.localPartsDecide = localPartsDecide
        self.suppresses = suppresses
    }

    func outcome(for address: MailAddress, mode: AccessKey.Mode) -> SimulatedOutcome {
        if mode == .test { return .delivered }
        guard capturesEverything else { return .none }
        return localPartsDecide ? SimulatedOutcome(localPartOf: address.address) : .delivered
    }
}
