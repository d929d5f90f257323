/// Whose something is: an account, seen through one personality. What is another tenant's is not there.
public struct Tenant: Sendable, Hashable {
    public var account: Account.ID
    public var origin: PersonalityID

    public init(account: Account.ID, origin: PersonalityID) {
        self.account = account
        self.origin = origin
    }
}
