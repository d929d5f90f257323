import AdapterKit
import Base
import Kernel
import Model
import Ports

/// Relayed requests, whoever asked for them.
extension Operator {
    func listRelays(
        _ account: Int64?, state word: String?, _ place: ListPlace
    ) async throws(KernelFailure) -> OperatorReply {
        let state = word.flatMap(Relay.State.init)
        if let word, state == nil {
            let known = Relay.State.allCases.map(\.rawValue)
            let nearest = NearestName.to(word, among: known).map { " (did you mean \($0)?)" } ?? ""
            return .refused("--state \(word)\(nearest): allowed: \(known.joined(separator: ", "))", exit: .usage)
        }
        var found: [Relay] = []
        for known in runtime.directory.accounts where account == nil || known.id.value == account {
            found += try await relays(of: known.id, state, place)
        }
        found.sort { $0.id < $1.id }
        return .json(relaysJSON(place.cut(found)))
    }

    /// As many as the list can show of it.
    private func relays(
        of account: Account.ID, _ state: Relay.State?, _ place: ListPlace
    ) async throws(KernelFailure) -> [Relay] {
        let slice: Slice<Relay> =
            place.isOldestFirst
            ? Slice(.before(Relay.ID(0)), limit: place.skip + place.limit) : Slice(limit: place.skip + place.limit)
        var found: [Relay] = []
        for personality in runtime.personalities where personality.relays != nil {
            let tenant = Tenant(account: account, origin: personality.id)
            found += try await runtime.store.relays(RelayQuery(tenant: tenant, state: state, slice: slice)).items
        }
        return found
    }

    func showRelay(_ text: String) async throws(KernelFailure) -> OperatorReply {
        let relay = try await relay(text)
        let attempts = try await runtime.store.relayAttempts(relay.id)
        return .json(
            JSONWriter.object { object in
                write(relay, to: &object)
                object.array("attempts") { array in
                    for attempt in attempts { array.object { Self.write(attempt, to: &$0) } }
                }
            })
    }

    func retryRelay(_ text: String) async throws(KernelFailure) -> OperatorReply {
        let relay = try await relay(text)
        guard relay.state.isFinal, relay.state != .delivered else {
            return .refused(
                relay.state == .delivered
                    ? "it was delivered" : "it waits already: `queue list` and `relay show` say for what")
        }
        try await runtime.relays.service.replay(relay.id, of: relay.owner).run()
        let changed = try await self.relay(text)
        return .json(JSONWriter.object { write(changed, to: &$0) })
    }

    func cancelRelay(_ text: String) async throws(KernelFailure) -> OperatorReply {
        let relay = try await relay(text)
        try await runtime.relays.service.cancel(relay.id, of: relay.owner).run()
        let changed = try await self.relay(text)
        return .json(JSONWriter.object { write(changed, to: &$0) })
    }

    /// By its id as any personality writes it, or by its number.
    private func relay(_ text: String) async throws(KernelFailure) -> Relay {
        var id = Int64(text).map(Relay.ID.init)
        for personality in runtime.personalities where id == nil && personality.relays != nil {
            id = runtime.ids(personality).relays.id(in: text)
        }
        guard let id, let relay = try await runtime.store.relay(id) else { throw .notFound(.delivery) }
        return relay
    }

    // MARK: JSON

    private func relaysJSON(_ relays: [Relay]) -> [UInt8] {
        JSONWriter.array { array in
            for relay in relays { array.object { write(relay, to: &$0) } }
        }
    }

    private func write(_ relay: Relay, to object: inout JSONObjectWriter) {
        let ids = runtime.personality(relay.origin).map { runtime.ids($0) }
        object.member("id", ids?.relays.text(relay.id) ?? String(relay.id.value))
        object.member("serial", relay.id.value)
        object.member("account", relay.account.value)
        object.member("personality", relay.origin.name)
        object.member("state", relay.state.rawValue)
        object.member("method", relay.request.method)
        object.member("target", relay.request.target.text)
        object.member("attempts", relay.attempts)
        object.member("lastStatus", relay.lastAttempt?.status)
        object.member("createdAt", relay.createdAt.rfc3339(.milliseconds))
        object.member("updatedAt", relay.updatedAt.rfc3339(.milliseconds))
    }

    private static func write(_ attempt: RelayAttempt, to object: inout JSONObjectWriter) {
        object.member("number", attempt.number)
        object.member("outcome", attempt.outcome.rawValue)
        object.member("status", attempt.status)
        object.member("failure", attempt.failure.map { "\($0)" })
        object.member("milliseconds", attempt.latency.nanoseconds / 1_000_000)
        object.member("at", attempt.at.rfc3339(.milliseconds))
    }
}

extension Relay {
    fileprivate var owner: Tenant { Tenant(account: account, origin: origin) }
}
