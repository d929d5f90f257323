public import Base
package import Kernel
public import Model
import Ports

/// What a mail dialect does for its caller. Everything is seen through the caller's account and personality: what is
/// somebody else's is not there.
///
/// Comes back on the shard. What it reports as accepted or changed is on disk.
public struct MailDesk: Sendable {
    let service: MailService
    private let caller: Principal?
    let personality: PersonalityID
    let suppression: SuppressionPolicy
    private let rule: IdempotencyRule?
    let trace: RequestTrace?

    package init(
        _ service: MailService, caller: Principal?, personality: PersonalityID, suppression: SuppressionPolicy,
        rule: IdempotencyRule? = nil, trace: RequestTrace? = nil
    ) {
        self.service = service
        self.caller = caller
        self.personality = personality
        self.suppression = suppression
        self.rule = rule
        self.trace = trace
    }

    /// Checks that the caller may send from this address's domain: `domainUnknown`, `domainUnverified`,
    /// `domainNotPermitted`, in this order.
    public func authorise(sender: MailAddress) throws(KernelFailure) {
        _ = try service.authorise(sender: sender, for: principal())
    }

    /// Accepts one message.
    public func send(_ submission: Submission) async throws(KernelFailure) -> Acceptance {
        guard let result = await send([submission]).first else { throw .internalError(incident: "no outcome") }
        return try result.get()
    }

    /// Accepts several, each on its own, in one transaction; outcomes in order.
    public func send(_ submissions: [Submission]) async -> [Result<Acceptance, KernelFailure>] {
        guard let caller else { return submissions.map { _ in .failure(.credentialMissing) } }
        let results = await service.send(submissions, by: caller, suppression: suppression, rule: rule)
        trace?.sent(results)
        return results
    }

    /// The caller's message with all of its content.
    public func message(_ id: Message.ID) async throws(KernelFailure) -> Message {
        guard let message = try await service.message(id, of: owner()) else { throw .notFound(.message) }
        return message
    }

    /// The caller's message that an id of a recipient names, with all of its content, and the recipient's place.
    public func delivery(_ claim: DeliveryClaim) async throws(KernelFailure) -> (message: Message, recipient: Int) {
        let message = try await message(claim.message)
        guard claim.isRight(of: message) else { throw .notFound(.message) }
        return (message, claim.recipient)
    }

    /// A page of the caller's messages, latest first and without content, and how many there are in all.
    public func messages(
        _ filter: MessageFilter, offset: Int, limit: Int
    ) async throws(KernelFailure) -> (messages: [Message], total: Int) {
        if filter.matchesNothing { return ([], 0) }
        let page = try await service.messages(
            MessageQuery(tenant: try owner(), filter: filter, offset: offset, limit: limit))
        return (page.messages, page.total)
    }

    /// Takes a message back; `wrongState` once an attempt was made.
    public func cancel(_ message: Message) async throws(KernelFailure) { try await service.cancel(message) }

    /// Moves a message to another time; `wrongState` once an attempt was made.
    public func reschedule(_ message: Message, to due: Instant) async throws(KernelFailure) {
        try await service.reschedule(message, to: due)
    }

    func principal() throws(KernelFailure) -> Principal {
        guard let caller else { throw .credentialMissing }
        return caller
    }

    private func owner() throws(KernelFailure) -> Tenant {
        Tenant(account: try principal().account, origin: personality)
    }
}
