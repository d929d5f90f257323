public import Base
package import Kernel
public import Model
import Ports

/// What a mail dialect does for its caller. Everything is seen through the caller's account and personality: what is
/// somebody else's is not there.
///
/// Comes back on the shard. What a plan accepts or changes is on disk once it was carried out.
public struct MailDesk: Sendable {
    let service: MailService
    private let caller: Principal?
    private let personality: PersonalityID
    private let suppression: SuppressionPolicy
    private let rule: IdempotencyRule?
    private let now: Instant
    private let trace: RequestTrace?
    /// The domains that the caller's key is bound to; nil: it is bound to none.
    private let bounds: Set<MailDomain.ID>?
    /// nil: the answer shows no contents.
    private let place: AnswerPlace?

    package init(
        _ service: MailService, caller: Principal?, personality: PersonalityID, suppression: SuppressionPolicy,
        rule: IdempotencyRule? = nil, at now: Instant, trace: RequestTrace? = nil, bounds: Set<MailDomain.ID>? = nil,
        place: AnswerPlace? = nil
    ) {
        self.bounds = bounds
        self.place = place
        self.service = service
        self.caller = caller
        self.personality = personality
        self.suppression = suppression
        self.rule = rule
        self.now = now
        self.trace = trace
    }

    /// Checks that the caller may send from this address's domain: `domainUnknown`, `domainUnverified`,
    /// `domainNotPermitted`, in this order.
    public func authorise(sender: MailAddress) throws(KernelFailure) {
        _ = try service.authorise(sender: sender, for: principal())
    }

    /// Accepts one message, which is made at `Call.now`.
    public func send(_ submission: Submission) throws(KernelFailure) -> Plan<Acceptance> {
        try send([submission]).map { results throws(KernelFailure) in
            guard let result = results.first else { throw .internalError(incident: "no outcome") }
            return try result.get()
        }
    }

    /// Accepts several, each on its own, in one commit; outcomes in order.
    public func send(_ submissions: [Submission]) throws(KernelFailure) -> Plan<[Result<Acceptance, KernelFailure>]> {
        let plan = service.send(submissions, by: try principal(), suppression: suppression, rule: rule, at: now)
        guard let trace else { return Plan(plan) }
        return Plan(plan.followed { trace.sent($0) })
    }

    /// The caller's message with all of its content. `overloaded` where too much of large contents is on its way to
    /// clients already: asked before it is read.
    public func message(_ id: Message.ID) async throws(KernelFailure) -> Message {
        if let place, let bytes = try await service.contentBytes(of: id) { try place.take(bytes, for: caller?.key) }
        guard let message = try await service.message(id, of: owner()), isVisible(message) else {
            throw .notFound(.message)
        }
        return message
    }

    /// The caller's message that an id of a recipient names, with all of its content, and the recipient's place.
    public func delivery(_ claim: DeliveryClaim) async throws(KernelFailure) -> (message: Message, recipient: Int) {
        let message = try await message(claim.message)
        guard claim.isRight(of: message) else { throw .notFound(.message) }
        return (message, claim.recipient)
    }

    /// A page of the caller's messages, without content.
    public func messages(
        _ filter: MessageFilter = MessageFilter(), _ slice: Slice<Message>
    ) async throws(KernelFailure) -> Page<Message> {
        var filter = filter
        if let bounds { filter.domains = filter.domains.map { $0.intersection(bounds) } ?? bounds }
        if filter.matchesNothing { return Page(items: [], total: 0) }
        return try await service.messages(MessageQuery(tenant: try owner(), filter: filter, slice: slice))
    }

    /// How far the account's messages are: nothing for a key that is bound to domains (`domainNotPermitted`).
    public func counts() async throws(KernelFailure) -> MailCounts {
        guard bounds == nil else { throw .domainNotPermitted(domain: nil, action: nil) }
        return try await service.counts(of: owner())
    }

    /// Takes a message back; `wrongState` once an attempt was made.
    public func cancel(_ message: Message) -> Plan<Void> { Plan(service.cancel(message)) }

    /// Moves a message to another time; `wrongState` once an attempt was made.
    public func reschedule(_ message: Message, to due: Instant) -> Plan<Void> {
        Plan(service.reschedule(message, to: due))
    }

    private func isVisible(_ message: Message) -> Bool {
        guard let bounds else { return true }
        return message.domain.map(bounds.contains) ?? false
    }

    private func principal() throws(KernelFailure) -> Principal {
        guard let caller else { throw .credentialMissing }
        return caller
    }

    func owner() throws(KernelFailure) -> Tenant {
        Tenant(account: try principal().account, origin: personality)
    }
}
