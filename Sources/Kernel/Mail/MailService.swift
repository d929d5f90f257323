package import Base
import Crypto
package import Model
package import Ports

/// Sending mail, and looking after what was sent: what all mail personalities share.
///
/// Any thread; calls come back on the caller's executor. Look-ups are keyed by account and personality, so that what
/// belongs to others is as absent as what does not exist.
package struct MailService: Sendable {
    private let store: any Store
    private let directory: Directory
    private let deliveries: any DeliveryControl
    private let simulation: SimulationPolicy
    private let retries: RetryPolicy
    private let conventions: [PersonalityID: MailConvention]
    private let postOffice: PostOffice?
    private let time: any TimeSource

    package init(
        store: any Store, directory: Directory, deliveries: any DeliveryControl, simulation: SimulationPolicy,
        retries: RetryPolicy, conventions: [PersonalityID: MailConvention] = [:], postOffice: PostOffice? = nil,
        time: any TimeSource
    ) {
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
    package func authorise(
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

    /// Accepts submissions, each on its own: what comes back as accepted is on disk. One transaction carries them all.
    /// `rule`: what their idempotency keys mean; without one they mean nothing.
    package func send(
        _ submissions: [Submission], by principal: Principal, suppression: SuppressionPolicy = .drop,
        rule: IdempotencyRule? = nil
    ) async -> [Result<Acceptance, KernelFailure>] {
        let batch = batch(submissions, by: principal, suppression: suppression, rule: rule)
        return batch.results(batch.changes.isEmpty ? [] : await store.commit(batch.changes))
    }

    /// What it takes to accept submissions, for who makes it part of a unit of work of their own.
    /// `at`: when they are accepted; nil: now.
    package func batch(
        _ submissions: [Submission], by principal: Principal, suppression: SuppressionPolicy = .drop,
        rule: IdempotencyRule? = nil, at: Instant? = nil
    ) -> Batch {
        let now = at ?? time.now
        var batch = Batch()
        for submission in submissions {
            do throws(KernelFailure) {
                batch.add(.accept(try prepare(submission, principal, suppression, rule, now)))
            } catch {
                batch.add(error)
            }
        }
        return batch
    }

    /// Submissions as changes, and which of them failed before there was any.
    package struct Batch: Sendable {
        package private(set) var changes: [Change] = []
        private var prepared: [Result<Acceptance, KernelFailure>] = []
        private var places: [Int] = []

        fileprivate init() {}

        fileprivate mutating func add(_ change: Change) {
            changes.append(change)
            places.append(prepared.count)
            prepared.append(.failure(.storageUnavailable))
        }

        fileprivate mutating func add(_ failure: KernelFailure) { prepared.append(.failure(failure)) }

        /// What became of each submission. `outcomes`: of the changes, in order.
        package consuming func results(_ outcomes: [ChangeOutcome]) -> [Result<Acceptance, KernelFailure>] {
            var results = prepared
            for (place, outcome) in zip(places, outcomes) {
                results[place] = Result { () throws(KernelFailure) in try outcome.acceptance() }
            }
            return results
        }
    }

    private func prepare(
        _ submission: Submission, _ principal: Principal, _ suppression: SuppressionPolicy, _ rule: IdempotencyRule?,
        _ now: Instant
    ) throws(KernelFailure) -> NewMessage {
        let domain = try authorise(sender: submission.from, for: principal)
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

    /// A message of this owner with all of its content; nil for anybody else's.
    package func message(_ id: Message.ID, of owner: Tenant) async throws(KernelFailure) -> Message? {
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

    package func messages(_ query: MessageQuery) async throws(KernelFailure) -> MessagePage {
        try await store.messages(query)
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
    package func content(
        of message: Message, recipient: Int
    ) async throws(KernelFailure) -> (bytes: [UInt8], fields: [Submission.HeaderField])? {
        try await postOffice?.shown(message, recipient: recipient)
    }

    /// Recipients' parts by place.
    package func deliveries(_ query: DeliveryQuery) async throws(KernelFailure) -> DeliveryPage {
        try await store.deliveries(query)
    }

    // MARK: Taking back and moving

    /// Cancels a message none of whose deliveries was attempted; `wrongState` otherwise.
    package func cancel(_ message: Message) async throws(KernelFailure) {
        try await change(message, operation: .cancel, .cancel(message.id, at: time.now)) { _ in [] }
    }

    /// Cancels one recipient's part, if it was not attempted; `wrongState` otherwise.
    package func cancel(_ message: Message, recipient: Int) async throws(KernelFailure) {
        let part = DeliveryID(message: message.id, recipient: recipient)
        guard let withdrawn = await deliveries.withdraw(part) else {
            let isEnded = message.recipients[recipient].state.isFinal
            throw .wrongState(.message, state: isEnded ? .ended : .underWay, operation: .cancel)
        }
        guard case .refused(let failure) = await store.commit([.cancelPart(part, at: time.now)]).first else { return }
        await deliveries.insert([withdrawn])
        throw failure
    }

    /// Gives a message none of whose deliveries was attempted another time; a past one means now.
    package func reschedule(_ message: Message, to due: Instant) async throws(KernelFailure) {
        let due = max(due, time.now)
        try await change(message, operation: .reschedule, .reschedule(message.id, due: due, at: time.now)) {
            withdrawn in
            withdrawn.map { delivery in
                var delivery = delivery
                delivery.due = due
                return delivery
            }
        }
    }

    /// Takes the deliveries out of the queue, makes the change durable, and puts back what the change leaves to do; or
    /// all of it, if the change could not be made.
    private func change(
        _ message: Message, operation: Operation, _ change: Change,
        remaining: ([PendingDelivery]) -> [PendingDelivery]
    ) async throws(KernelFailure) {
        guard let withdrawn = await deliveries.withdraw(message.id, recipients: message.recipients.count) else {
            let isEnded = message.recipients.allSatisfy(\.state.isFinal)
            throw .wrongState(.message, state: isEnded ? .ended : .underWay, operation: operation)
        }
        do throws(KernelFailure) {
            try await store.make(change)
        } catch {
            await deliveries.insert(withdrawn)
            throw error
        }
        await deliveries.insert(remaining(withdrawn))
    }
}

/// Which deliveries never reach a mail server.
package struct SimulationPolicy: Sendable, Equatable {
    /// Capture mode: no mail leaves the machine.
    package var capturesEverything: Bool
    /// In capture mode, local parts may ask for an outcome.
    package var localPartsDecide: Bool

    package init(capturesEverything: Bool, localPartsDecide: Bool) {
        self.capturesEverything = capturesEverything
        self.localPartsDecide = localPartsDecide
    }

    func outcome(for address: MailAddress, mode: AccessKey.Mode) -> SimulatedOutcome {
        if mode == .test { return .delivered }
        guard capturesEverything else { return .none }
        return localPartsDecide ? SimulatedOutcome(localPartOf: address.address) : .delivered
    }
}
