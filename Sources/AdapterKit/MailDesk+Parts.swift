import Base
import Kernel
public import Model
import Ports

/// Messages by their recipients' parts, for dialects to whom each part is a message.
extension MailDesk {
    /// A recipient's part, with its events and without texts and files.
    public struct Part: Sendable {
        public let message: Message
        /// The recipient's place.
        public let recipient: Int

        public var place: Serial<Part> { Serial(DeliveryID(message: message.id, recipient: recipient).packed) }
    }

    /// A page of the caller's parts, the latest first.
    public func parts(
        _ filter: DeliveryFilter, from place: ListPlace<Part>, limit: Int
    ) async throws(KernelFailure) -> ListRun<Part> {
        let start: DeliveryQuery.Start =
            switch place {
            case .latest: .latest
            case .after(let id): .after(DeliveryID(packed: id.value))
            case .before(let id): .before(DeliveryID(packed: id.value))
            }
        let page = try await service.deliveries(
            DeliveryQuery(tenant: tenant(), filter: filter, from: start, limit: limit))
        return ListRun(
            rows: page.parts.map { Part(message: $0.message, recipient: $0.recipient) }, hasOlder: page.hasOlder,
            hasNewer: page.hasNewer)
    }

    /// Takes one recipient's part back; `wrongState` once an attempt was made.
    public func cancel(_ message: Message, recipient: Int) async throws(KernelFailure) {
        try await service.cancel(message, recipient: recipient)
    }

    /// One recipient's part as the bytes that went or will go out, with its header fields in their order; nil where
    /// they cannot be shown any more.
    public func content(
        of message: Message, recipient: Int
    ) async throws(KernelFailure) -> (bytes: [UInt8], fields: [Submission.HeaderField])? {
        try await service.content(of: message, recipient: recipient)
    }

    private func tenant() throws(KernelFailure) -> Tenant {
        Tenant(account: try principal().account, origin: personality)
    }
}
