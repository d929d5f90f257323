package import Base
package import Model
package import Ports
import Synchronization

extension MemoryStore {
    package func ride(_ source: any RateWindowSource) { state.withLock { $0.rider = source } }

    package func rateWindows() async throws(KernelFailure) -> [RateWindowRecord] { state.withLock { $0.windows } }

    package func quotas(of owner: QuotaOwner, at now: Instant) async throws(KernelFailure) -> [QuotaStatus] {
        state.withLock { state in
            let limits = state.quotas.limits(of: owner)
            return Quota.Period.allCases.flatMap { period in
                Quota.Unit.allCases.compactMap { unit in
                    let kind = Quota.Kind(period, unit)
                    let used = state.quotas.used(QuotaPeriod(owner: owner, kind: kind, start: period.start(now)))
                    guard limits[kind] != nil || used > 0 else { return nil }
                    return QuotaStatus(kind: kind, limit: limits[kind], used: used, resetAt: period.end(now))
                }
            }
        }
    }

    package func tally(
        of owner: QuotaOwner, _ kind: Quota.Kind, at now: Instant
    ) async throws(KernelFailure) -> QuotaTally {
        state.withLock { state in
            let period = QuotaPeriod(owner: owner, kind: kind, start: kind.period.start(now))
            var tally = QuotaTally(period: period, uncounted: -state.quotas.used(period), waiting: [])
            for row in state.rows {
                let isOwners =
                    switch owner {
                    case .account(let id): row.new.account == id
                    case .domain(let id): row.new.domain == id
                    }
                let isApart = [PersonalityID.reports, .capture].contains(row.new.origin)
                let due = row.events.last { $0.kind == .rescheduled }?.due ?? row.new.due
                guard isOwners, !isApart, row.new.mode == .live, due >= period.start, due < period.end,
                    !row.events.contains(where: { $0.kind == .cancelled })
                else { continue }
                let suppressed = row.events.count { $0.kind == .suppressed }
                let units = kind.unit == .message ? 1 : row.new.envelope.count - suppressed
                tally.uncounted += units
                guard row.new.due > row.new.at, !row.pending.isEmpty else { continue }
                tally.waiting.append(QuotaTally.Waiting(message: row.id, units: units))
            }
            tally.uncounted = max(tally.uncounted, 0)
            return tally
        }
    }

    // MARK: Changes

    static func limitsChange(_ change: LimitsChange, _ state: inout State) -> ChangeOutcome {
        switch change {
        case .saveRateWindows(let records): save(records, &state)
        case .setQuota(let owner, let kind, let limit): return setQuota(owner, kind, limit, &state)
        case .watchQuota(let owner, let kind): return watch(owner, kind, &state)
        case .joinQuota(let tally): return join(tally, &state)
        case .setDefaultQuotas(let defaults): state.quotas.setDefaults(defaults)
        case .purge(let instant):
            state.windows.removeAll { $0.endsAt <= instant }
            state.quotas.dropEnded(by: instant)
            state.answers = state.answers.filter { $0.value.expiresAt > instant }
        }
        return .done(serial: 0)
    }

    static func save(_ records: [RateWindowRecord], _ state: inout State) {
        for record in records {
            state.windows.removeAll { $0.isSameWindow(as: record) }
            state.windows.append(record)
        }
    }

    private static func join(_ tally: QuotaTally, _ state: inout State) -> ChangeOutcome {
        let kept = tally.waiting.filter { waiting in
            state.row(waiting.message)?.events.contains { $0.kind == .cancelled } == false
        }
        let taken = tally.waiting.reduce(0) { $0 + $1.units } - kept.reduce(0) { $0 + $1.units }
        guard state.quotas.join(tally.period, tally.uncounted - taken) else { return .done(serial: 0) }
        for waiting in kept {
            state.charges[waiting.message, default: []].append(QuotaDebit(period: tally.period, units: waiting.units))
        }
        return .done(serial: 1)
    }

    private static func watch(_ owner: QuotaOwner, _ kind: Quota.Kind, _ state: inout State) -> ChangeOutcome {
        switch owner {
        case .account(let id) where !state.accounts.contains { $0.id == id }: .refused(.notFound(.account))
        case .domain(let id) where !state.domains.contains { $0.id == id }: .refused(.notFound(.domain))
        default: .done(serial: state.quotas.watch(owner, kind) ? 1 : 0)
        }
    }

    private static func setQuota(
        _ owner: QuotaOwner, _ kind: Quota.Kind, _ limit: Int?, _ state: inout State
    ) -> ChangeOutcome {
        switch owner {
        case .account(let id):
            guard state.accounts.contains(where: { $0.id == id }) else { return .refused(.notFound(.account)) }
            state.quotas.setLimit(limit, of: owner, kind)
            return .done(serial: id.value)
        case .domain(let id):
            guard state.domains.contains(where: { $0.id == id }) else { return .refused(.notFound(.domain)) }
            state.quotas.setLimit(limit, of: owner, kind)
            return .done(serial: id.value)
        }
    }

    // MARK: Charging

    static func failure(_ shortfall: QuotaBook.Shortfall, _ domain: MailDomain.ID, _ state: State) -> KernelFailure {
        .quotaExceeded(QuotaState(shortfall, domain: state.domains.first { $0.id == domain }?.name ?? ""))
    }

    /// The refusal where there is no room at the other time.
    static func moveCharge(_ id: Message.ID, to due: Instant, _ state: inout State) -> KernelFailure? {
        guard let charges = state.charges[id], let row = state.row(id) else { return nil }
        state.quotas.refund(charges)
        do throws(QuotaBook.Shortfall) {
            state.charges[id] = try state.quotas.debit(
                QuotaDemand(
                    account: row.new.account, domain: row.new.domain, origin: row.new.origin,
                    recipients: row.pending.count, due: due))
            return nil
        } catch {
            state.quotas.enter(charges)
            return failure(error, row.new.domain, state)
        }
    }
}

extension RateWindowRecord {
    fileprivate func isSameWindow(as other: RateWindowRecord) -> Bool {
        (personality, rateClass, tier, owner) == (other.personality, other.rateClass, other.tier, other.owner)
    }
}
