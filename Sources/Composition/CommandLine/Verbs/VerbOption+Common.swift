/// Options that several verbs have.
extension VerbOption {
    static let account = number("account", "ID", "the account, by its number")
    static let domain = text("domain", "NAME", "only for what this domain of the account sends")
    static let expiry = number("expires-in", "SECONDS", "for so long; without it, for good")
    static let daily = quota("daily", "messages a day; \(Quotas.cleared): as the configuration says")
    static let monthly = quota("monthly", "messages a calendar month; \(Quotas.cleared): as the configuration says")
}
