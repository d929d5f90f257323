package import Model
package import Ports
import Synchronization

extension MemoryStore {
    package func suppressions(_ query: SuppressionQuery) async throws(KernelFailure) -> SuppressionPage {
        state.withLock { state in
            let found = state.suppressions.reversed().filter { one in
                (query.account == nil || one.account == query.account)
                    && (query.origin == nil || one.domain == nil || one.origin == query.origin)
                    && (one.expiresAt.map { $0 > query.now } ?? true)
            }
            return SuppressionPage(
                suppressions: Array(found.dropFirst(query.offset).prefix(query.limit)), total: found.count)
        }
    }

    static func suppressedIndices(_ new: NewMessage, _ state: State) -> [Int] {
        new.envelope.indices.filter { index in
            let key = new.envelope[index].address.suppressionKey
            return state.suppressions.contains { one in
                one.account == new.account && one.address.suppressionKey == key
                    && one.holdsBack(mailFrom: new.domain, at: new.at)
            }
        }
    }

    static func suppress(_ suppression: Suppression, _ state: inout State) -> ChangeOutcome {
        guard state.accounts.contains(where: { $0.id == suppression.account }) else {
            return .refused(.notFound(.account))
        }
        var suppression = suppression
        if let index = place(suppression.account, suppression.address, suppression.domain, state) {
            let old = state.suppressions[index]
            suppression.id = old.id
            if old.expiresAt.map({ $0 > suppression.createdAt }) ?? true { suppression.createdAt = old.createdAt }
            state.suppressions[index] = suppression
        } else {
            suppression.id = Suppression.ID((state.suppressions.map(\.id.value).max() ?? 0) + 1)
            state.suppressions.append(suppression)
        }
        return .done(serial: suppression.id.value)
    }

    static func unsuppress(
        _ account: Account.ID, _ address: MailAddress, _ domain: MailDomain.ID?, _ state: inout State
    ) -> ChangeOutcome {
        guard let index = place(account, address, domain, state) else { return .refused(.notFound(.suppression)) }
        return .done(serial: state.suppressions.remove(at: index).id.value)
    }

    static func suppressAll(_ all: [Suppression], _ state: inout State) -> ChangeOutcome {
        let isTaken = all.contains { new in
            place(new.account, new.address, new.domain, state).map { index in
                state.suppressions[index].expiresAt.map { $0 > new.createdAt } ?? true
            } ?? false
        }
        if isTaken { return .refused(.alreadyExists(.suppression, field: "email")) }
        for one in all { _ = unsuppress(one.account, one.address, one.domain, &state) }
        var last = ChangeOutcome.done(serial: 0)
        for one in all { last = suppress(one, &state) }
        return last
    }

    static func sweep(_ sweep: SuppressionSweep, _ state: inout State) -> ChangeOutcome {
        let before = state.suppressions.count
        state.suppressions.removeAll { one in
            one.account == sweep.tenant.account && (one.domain == nil || one.origin == sweep.tenant.origin)
                && (sweep.address.map { $0.suppressionKey == one.address.suppressionKey } ?? true)
                && (sweep.domain.map { $0 == one.domain } ?? true) && !sweep.keeping.contains(one.reason)
        }
        return .done(serial: Int64(before - state.suppressions.count))
    }

    private static func place(
        _ account: Account.ID, _ address: MailAddress, _ domain: MailDomain.ID?, _ state: State
    ) -> Int? {
        state.suppressions.firstIndex { one in
            one.account == account && one.domain == domain && one.address.suppressionKey == address.suppressionKey
        }
    }
}
