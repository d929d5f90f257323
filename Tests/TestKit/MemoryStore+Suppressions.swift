package import Model
package import Ports
import Synchronization

extension MemoryStore {
    package func suppressions(_ query: SuppressionQuery) async throws(KernelFailure) -> Page<Suppression> {
        state.withLock { state in
            let found = state.suppressions.reversed().filter { one in
                (query.account == nil || one.account == query.account)
                    && (query.origin == nil || one.domain == nil || one.origin == query.origin)
                    && (one.expiresAt.map { $0 > query.now } ?? true) && Self.admits(one, query.filter)
            }
            return query.slice.page(of: found, by: \.id)
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

    private static func admits(_ one: Suppression, _ filter: SuppressionFilter) -> Bool {
        (filter.domain.map { $0 == one.domain } ?? true)
            && (filter.address.map { $0.suppressionKey == one.address.suppressionKey } ?? true)
            && (filter.from.map { one.createdAt >= $0 } ?? true) && (filter.until.map { one.createdAt <= $0 } ?? true)
    }

    static func suppress(_ suppression: Suppression, isNew: Bool, _ state: inout State) -> ChangeOutcome {
        guard state.accounts.contains(where: { $0.id == suppression.account }) else {
            return .refused(.notFound(.account))
        }
        var suppression = suppression
        if let index = place(suppression.account, suppression.address, suppression.domain, state) {
            let old = state.suppressions[index]
            if isNew, old.expiresAt.map({ $0 > suppression.createdAt }) ?? true {
                return .refused(.alreadyExists(.suppression, field: "email"))
            }
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
