import Base
import Model

extension ConfigurationReader {
    /// The key beside the rate classes; no class has this name.
    static let quotasKey = "quotas"

    /// By personality. What else is wrong in there, `limits` says.
    func quotas(_ node: ConfigurationNode) -> [PersonalityID: [DefaultQuota]] {
        var quotas: [PersonalityID: [DefaultQuota]] = [:]
        guard case .object = node.value else { return [:] }
        for (name, value) in node.members("") {
            guard case .object = value.value else { continue }
            let list = value.members("").first { $0.name == Self.quotasKey }?.value
            if let list { quotas[PersonalityID(name)] = self.quotas(of: list) }
        }
        return quotas
    }

    private static let quotaForm = #"{ "per", "period", "limit", "unit"? }"#

    private func quotas(of node: ConfigurationNode) -> [DefaultQuota] {
        var quotas: [DefaultQuota] = []
        for element in node.elements("a list of \(Self.quotaForm)") ?? [] {
            guard let quota = quota(element) else { continue }
            if quotas.contains(where: { $0.owner == quota.owner && $0.quota.kind == quota.quota.kind }) {
                element.refuse("stands twice", allowed: "another per, period or unit")
            }
            quotas.append(quota)
        }
        return quotas
    }

    private func quota(_ node: ConfigurationNode) -> DefaultQuota? {
        let section = node.section(["per", "period", "limit", "unit"])
        let owner = section["per"].word(DefaultQuota.Owner.self, isRequired: true)
        let period = section["period"].word(Quota.Period.self, isRequired: true)
        let limit = section["limit"].integer(in: ConfigurationLimits.quota, isRequired: true)
        let unit = section["unit"].word(Quota.Unit.self) ?? .message
        guard let owner, let period, let limit else { return nil }
        return DefaultQuota(owner, Quota(Quota.Kind(period, unit), limit: limit))
    }
}
