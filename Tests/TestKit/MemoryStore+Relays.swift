import Base
package import Model
package import Ports

extension MemoryStore {
    struct Relays {
        struct Row {
            var new: NewRelay
            var attempts: [RelayAttempt] = []
            /// nil: finished.
            var due: Instant?
            /// Since it was queued.
            var made = 0
            var queuedAt: Instant
            var end: Relay.State?
            var changedAt: Instant?
        }

        var rows: [Row] = []
        var secrets: [Tenant: [UInt8]] = [:]
        var queued: [PendingRelay] = []
        var observer: (any RelayObserver)?

        func index(_ id: Relay.ID) -> Int? { rows.indices.contains(Int(id.value) - 1) ? Int(id.value) - 1 : nil }

        func relay(_ index: Int) -> Relay {
            let row = rows[index]
            var state = row.end ?? .delivered
            if row.due != nil { state = row.made == 0 ? .queued : .retrying }
            return Relay(
                id: Relay.ID(Int64(index) + 1), account: row.new.account, origin: row.new.origin,
                request: row.new.request, state: state, createdAt: row.new.at, attempts: row.attempts.count,
                lastAttempt: row.attempts.last, changedAt: row.changedAt)
        }

        func pending(_ index: Int) -> PendingRelay? {
            rows[index].due.map {
                PendingRelay(
                    id: Relay.ID(Int64(index) + 1), target: rows[index].new.request.target.origin, due: $0,
                    attempts: rows[index].made)
            }
        }
    }

    static func relayChange(_ change: RelayChange, _ state: inout State) -> ChangeOutcome {
        switch change {
        case .accept(let new):
            state.relays.rows.append(Relays.Row(new: new, due: new.at, queuedAt: new.at))
            return enqueue(state.relays.rows.count - 1, &state)
        case .settle(let settlements): return .settled(settlements.map { settle($0, &state) })
        case .cancel(let id, let at):
            return changing(id, .cancel, &state, if: { $0.due != nil }) { row in
                (row.due, row.end, row.changedAt) = (nil, .cancelled, at)
            }
        case .replay(let id, let at):
            let outcome = changing(id, .send, &state, if: { $0.due == nil && $0.end != nil }) { row in
                (row.due, row.end, row.changedAt, row.made, row.queuedAt) = (at, nil, at, 0, at)
            }
            if case .done(let serial) = outcome { _ = enqueue(Int(serial) - 1, &state) }
            return outcome
        case .keepSecret(let owner, let sealed, _):
            guard state.accounts.contains(where: { $0.id == owner.account }) else {
                return .refused(.notFound(.account))
            }
            if state.relays.secrets[owner] == nil { state.relays.secrets[owner] = sealed }
            return .done(serial: owner.account.value)
        }
    }

    private static func enqueue(_ index: Int, _ state: inout State) -> ChangeOutcome {
        if let pending = state.relays.pending(index) { state.relays.queued.append(pending) }
        return .done(serial: Int64(index) + 1)
    }

    private static func changing(
        _ id: Relay.ID, _ operation: Operation, _ state: inout State, if isAllowed: (Relays.Row) -> Bool,
        _ body: (inout Relays.Row) -> Void
    ) -> ChangeOutcome {
        guard let index = state.relays.index(id) else { return .refused(.notFound(.delivery)) }
        let row = state.relays.rows[index]
        guard isAllowed(row) else {
            return .refused(
                .wrongState(.delivery, state: row.due == nil ? .ended : .underWay, operation: operation))
        }
        body(&state.relays.rows[index])
        return .done(serial: id.value)
    }

    private static func settle(_ settlement: RelaySettlement, _ state: inout State) -> Bool {
        guard let index = state.relays.index(settlement.id), state.relays.rows[index].due != nil,
            state.relays.rows[index].made == settlement.attempts - 1
        else { return false }
        var row = state.relays.rows[index]
        row.made += 1
        row.due = settlement.due
        if settlement.due == nil, settlement.outcome != .delivered { row.end = settlement.outcome }
        row.attempts.append(
            RelayAttempt(
                number: row.attempts.count + 1, outcome: settlement.outcome, status: settlement.status,
                failure: settlement.failure, latency: settlement.latency, at: settlement.at))
        state.relays.rows[index] = row
        return true
    }

    // MARK: Reading

    package func observe(relays observer: any RelayObserver) { withState { $0.relays.observer = observer } }

    package func relay(_ id: Relay.ID) async throws(KernelFailure) -> Relay? {
        withState { state in state.relays.index(id).map { state.relays.relay($0) } }
    }

    package func relayAttempts(_ id: Relay.ID) async throws(KernelFailure) -> [RelayAttempt] {
        withState { state in state.relays.index(id).map { state.relays.rows[$0].attempts } ?? [] }
    }

    package func relays(_ query: RelayQuery) async throws(KernelFailure) -> Page<Relay> {
        withState { state in
            let all = state.relays.rows.indices.reversed().map { state.relays.relay($0) }
            let found = all.filter { relay in
                relay.account == query.tenant.account && relay.origin == query.tenant.origin
                    && (query.state.map { $0 == relay.state } ?? true)
            }
            var page = query.slice.page(of: found, by: \.id)
            page.total = nil
            return page
        }
    }

    package func dueRelay(_ id: Relay.ID) async throws(KernelFailure) -> DueRelay? {
        withState { state in
            guard let index = state.relays.index(id), state.relays.rows[index].due != nil else { return nil }
            let row = state.relays.rows[index]
            return DueRelay(
                id: id, account: row.new.account, origin: row.new.origin, request: row.new.request, body: row.new.body,
                attempts: row.made, queuedAt: row.queuedAt)
        }
    }

    package func pendingRelays(after last: Relay.ID, limit: Int) async throws(KernelFailure) -> [PendingRelay] {
        withState { state in
            Array(
                state.relays.rows.indices.compactMap { state.relays.pending($0) }.filter { $0.id > last }.prefix(limit))
        }
    }

    package func signingSecret(of owner: Tenant) async throws(KernelFailure) -> [UInt8]? {
        withState { $0.relays.secrets[owner] }
    }
}
