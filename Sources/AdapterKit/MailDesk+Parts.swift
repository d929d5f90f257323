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

        /// Where it stands in lists.
        public var place: Serial<Recipient> { DeliveryID(message: message.id, recipient: recipient).place }
    }

    /// A page of the caller's parts.
    public func parts(
        _ filter: DeliveryFilter, _ slice: Slice<Recipient>
    ) async throws(KernelFailure) -> Page<Part> {
        try await service.parts(DeliveryQuery(tenant: owner(), filter: filter, slice: slice)).map {
            Part(message: $0.message, recipient: $0.recipient)
        }
    }

    /// Takes one recipient's part back; `wrongState` once an attempt was made.
    public func cancel(_ message: Message, recipient: Int) -> Plan<Void> {
        Plan(service.cancel(message, recipient: recipient))
    }

    /// One recipient's part as the bytes that went or will go out, with its header fields in their order; nil where
    /// they cannot be shown any more.
    public func content(
        of message: Message, recipient: Int
    ) async throws(KernelFailure) -> (bytes: [UInt8], fields: [Submission.HeaderField])? {
        try await service.content(of: message, recipient: recipient)
    }
}
