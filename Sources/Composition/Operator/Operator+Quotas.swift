import Base
import Kernel
import Model

extension Operator {
    /// The quotas of an account, or of one of its domains: those to set, and then all of them are shown.
    struct QuotaChange: Sendable {
        enum Setting: Sendable {
            case limit(Int)
            case cleared
        }

        var account: Account.ID
        var domain: String?
        /// nil: as it is.
        var daily: Setting?
        var monthly: Setting?

        init(_ given: Arguments, account: Int64, domain: String?) {
            self.account = Account.ID(account)
            self.domain = domain
            daily = Self.setting(given.text("daily"))
            monthly = Self.setting(given.text("monthly"))
        }

        /// Of a text that is a number or the word that clears.
        private static func setting(_ text: String?) -> Setting? {
            text.map { Int($0).map(Setting.limit) ?? .cleared }
        }
    }

    func changeQuotas(_ change: QuotaChange) async throws(KernelFailure) -> OperatorReply {
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

    private func quotaOwner(_ change: QuotaChange) throws(KernelFailure) -> QuotaOwner {
        let account = change.account
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
