/// Options that several verbs have.
extension VerbOption {
    static let account = number("account", "ID", "the account, by its number")
    static let personality = text("personality", "P", "of this personality alone")
    static let domain = text("domain", "NAME", "only for what this domain of the account sends")
    static let expiry = duration("expires-in", "for so long, such as 30d; without it, for good")
    static let daily = quota("daily", "messages a day; \(Quotas.cleared): as the configuration says")
    static let monthly = quota("monthly", "messages a calendar month; \(Quotas.cleared): as the configuration says")
}
