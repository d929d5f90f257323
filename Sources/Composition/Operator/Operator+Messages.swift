import AdapterKit
import Base
import Kernel
import Model
import Ports
import Posix
import Storage

extension Operator {
    /// A message's id as any personality writes it, or the kernel's own number.
    func id(_ text: String) throws(KernelFailure) -> Message.ID {
        if let number = Int64(text) { return Message.ID(number) }
        for personality in runtime.personalities {
            let ids = runtime.ids(personality)
            if let id = ids.messages.id(in: text) ?? ids.deliveries.claim(in: text)?.message { return id }
        }
        throw .notFound(.message)
    }

    func showMessage(_ text: String) async throws(KernelFailure) -> OperatorReply {
        .json(describe.message(try await message(text)))
    }

    func message(_ text: String) async throws(KernelFailure) -> Message {
        guard let message = try await runtime.store.message(id(text), content: true) else { throw .notFound(.message) }
        return message
    }

    func listMessages(_ limit: Int) async throws(KernelFailure) -> OperatorReply {
        .json(describe.messages(try await messages(offset: 0, limit: limit).items))
    }

    func messages(offset: Int, limit: Int) async throws(KernelFailure) -> Page<Message> {
        try await runtime.store.messages(MessageQuery(tenant: nil, slice: Slice(offset: offset, limit: limit)))
    }

    func rawMessage(_ text: String) async throws(KernelFailure) -> OperatorReply {
        guard let raw = try await raw(text) else { return .refused("not kept") }
        return OperatorReply(exit: .done, raw: raw)
    }

    /// The exact bytes as sent; nil where they are not kept.
    func raw(_ text: String) async throws(KernelFailure) -> [UInt8]? { try await runtime.postOffice.raw(try id(text)) }

    /// Those after one, or without one the latest; in the order in which they came. `waits`: holds the answer until
    /// there is an event, for a while, and no longer than the server runs.
    func listEvents(after: Int64?, limit: Int, waits: Bool) async throws(KernelFailure) -> OperatorReply {
        let deadline = runtime.time.uptime + RuntimeLimits.followWait
        let limit = min(limit, RuntimeLimits.eventsPerAnswer)
        while true {
            let events =
                if let after {
                    try await runtime.store.events(after: MailEvent.ID(after), limit: limit)
                } else {
                    try await runtime.store.latestEvents(limit: limit)
                }
            guard events.isEmpty, waits, runtime.time.uptime < deadline, !runtime.isEnding.isSet else {
                return .json(describe.events(events))
            }
            await runtime.dispatcher.pause(RuntimeLimits.followInterval)
        }
    }
}
