import Base
import Kernel
import Model

extension Operator {
    func changeQuotas(_ change: OperatorCommand.QuotaChange) async throws(KernelFailure) -> OperatorReply {
        let owner = try quotaOwner(change)
        let desk = QuotaDesk(store: runtime.store, time: runtime.time)
        for (period, setting) in [(Quota.Period.day, change.daily), (.month, change.monthly)] {
            switch setting {
            case .limit(let limit): try await desk.set(limit, Quota.Kind(period), of: owner)
            case .cleared: try await desk.set(nil, Quota.Kind(period), of: owner)
            case nil: break
            }
        }
        return .json(Self.describe(try await desk.status(of: owner)))
    }

    private func quotaOwner(_ change: OperatorCommand.QuotaChange) throws(KernelFailure) -> QuotaOwner {
        let account = Account.ID(change.account)
        guard runtime.directory.account(account) != nil else { throw .notFound(.account) }
        guard let name = change.domain else { return .account(account) }
        guard let domain = runtime.directory.domain(name.asciiLowercased, of: account) else { throw .notFound(.domain) }
        return .domain(domain.id)
    }

    private static func describe(_ quotas: [QuotaStatus]) -> [UInt8] {
        JSONWriter.array { array in
            for quota in quotas {
                array.object { object in
                    object.member("period", quota.kind.period.rawValue)
                    object.member("unit", quota.kind.unit.rawValue)
                    object.member("limit", quota.limit)
                    object.member("used", quota.used)
                    object.member("resetAt", quota.resetAt.rfc3339(.milliseconds))
                }
            }
        }
    }
}
