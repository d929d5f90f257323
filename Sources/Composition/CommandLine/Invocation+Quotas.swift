extension Invocation {
    /// `--daily` and `--monthly`: a number, or the word that clears it.
    static func quotas(
        _ arguments: Arguments, account: Int64, domain: String?
    ) throws(UsageError) -> OperatorCommand.QuotaChange {
        OperatorCommand.QuotaChange(
            account: account, domain: domain, daily: try setting("daily", arguments),
            monthly: try setting("monthly", arguments))
    }

    private static let noLimit = "none"

    private static func setting(
        _ name: String, _ arguments: Arguments
    ) throws(UsageError) -> OperatorCommand.QuotaChange.Setting? {
        guard let text = arguments.text(name) else { return nil }
        if text == noLimit { return .cleared }
        guard let limit = Int(text), ConfigurationLimits.quota.contains(limit) else {
            throw UsageError(
                "--\(name) \(text): must be a number from 0 to \(ConfigurationLimits.quota.upperBound), or \(noLimit)")
        }
        return .limit(limit)
    }
}
