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

    func listMessages(_ given: Arguments) async throws(KernelFailure) -> OperatorReply {
        let place = ListPlace(given)
        var filter = MessageFilter()
        if let word = given.text("state") {
            let known = Recipient.State.allCases.map { "\($0)" }
            guard let state = Recipient.State.allCases.first(where: { "\($0)" == word }) else {
                let nearest = NearestName.to(word, among: known).map { " (did you mean \($0)?)" } ?? ""
                return .refused("--state \(word)\(nearest): allowed: \(known.joined(separator: ", "))", exit: .usage)
            }
            filter.states = [state]
        }
        filter.from = given.duration("within").map { runtime.time.now - $0 }
        filter.fromContains = given.text("from")
        filter.toContains = given.text("to")
        filter.subjectContains = given.text("subject")
        filter.tag = given.text("tag")
        guard let account = given.number("account").map(Account.ID.init) else {
            if given.text("personality") != nil {
                return .refused("--personality needs --account beside it", exit: .usage)
            }
            let page = try await runtime.store.messages(
                MessageQuery(tenant: nil, filter: filter, slice: place.slice()))
            return .json(describe.messages(place.rows(of: page.items)))
        }
        let found = try await messages(of: account, given.text("personality"), filter, place)
        return .json(describe.messages(place.cut(found)))
    }

    /// An account's, as many of each personality as the list can show, in the order of their making.
    private func messages(
        of account: Account.ID, _ personality: String?, _ filter: MessageFilter, _ place: ListPlace
    ) async throws(KernelFailure) -> [Message] {
        let origins = runtime.personalities.map(\.id) + [.capture, .reports]
        var found: [Message] = []
        for origin in origins where personality == nil || origin.name == personality {
            let wanted = place.skip + place.limit
            let slice: Slice<Message> =
                place.isOldestFirst ? Slice(.before(Message.ID(0)), limit: wanted) : Slice(limit: wanted)
            found += try await runtime.store.messages(
                MessageQuery(tenant: Tenant(account: account, origin: origin), filter: filter, slice: slice)
            ).items
        }
        return found.sorted { $0.id < $1.id }
    }

    func messages(offset: Int, limit: Int) async throws(KernelFailure) -> Page<Message> {
        try await runtime.store.messages(MessageQuery(tenant: nil, slice: Slice(offset: offset, limit: limit)))
    }

    func removeMessage(_ text: String) async throws(KernelFailure) -> OperatorReply {
        let message = try id(text)
        try await runtime.store.make(.upkeep(.removeMessage(message)))
        return .json(JSONWriter.object { $0.member("removed", message.value) })
    }

    func rawMessage(_ text: String) async throws(KernelFailure) -> OperatorReply {
        guard let raw = try await raw(text) else { return .refused("not kept") }
        return OperatorReply(exit: .done, raw: raw)
    }

    /// The exact bytes as sent; nil where they are not kept.
    func raw(_ text: String) async throws(KernelFailure) -> [UInt8]? { try await runtime.postOffice.raw(try id(text)) }

    /// Those after one, or without one the latest, or the oldest; in the order in which they came. `waits`: holds the
    /// answer until there is an event, for a while, and no longer than the server runs.
    func listEvents(after: Int64?, _ place: ListPlace, waits: Bool) async throws(KernelFailure) -> OperatorReply {
        let deadline = runtime.time.uptime + RuntimeLimits.followWait
        let limit = min(place.limit + place.skip, RuntimeLimits.eventsPerAnswer)
        let after = after ?? (place.isOldestFirst ? 0 : nil)
        while true {
            let events =
                if let after {
                    try await runtime.store.events(after: MailEvent.ID(after), limit: limit)
                } else {
                    try await runtime.store.latestEvents(limit: limit)
                }
            guard events.isEmpty, waits, runtime.time.uptime < deadline, !runtime.isEnding.isSet else {
                let shown = after == nil ? events.dropLast(place.skip) : events.dropFirst(place.skip)
                return .json(describe.events(Array(shown)))
            }
            await runtime.dispatcher.pause(RuntimeLimits.followInterval)
        }
    }
}
