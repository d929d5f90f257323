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

    // MARK: Changes

    static func limitsChange(_ change: LimitsChange, _ state: inout State) -> ChangeOutcome {
        switch change {
        case .saveRateWindows(let records): save(records, &state)
        case .setQuota(let owner, let kind, let limit): return setQuota(owner, kind, limit, &state)
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
