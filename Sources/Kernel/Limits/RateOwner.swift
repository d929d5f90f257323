public import Base
public import Model

/// Who a request is counted against.
public struct RateOwner: Sendable, Hashable {
    public var key: AccessKey.ID?
    public var account: Account.ID?
    public var address: IPAddress?
    /// The person whose key it is, by the personality's own number, above zero; nil for a key of nobody in particular.
    public var user: Int64?

    public init(key: AccessKey.ID?, account: Account.ID?, address: IPAddress?, user: Int64? = nil) {
        self.key = key
        self.account = account
        self.address = address
        self.user = user
    }
}

/// An owner as one tier counts it.
enum RateOwnerID: Hashable, Sendable {
    /// A row's number; whose table it is of is the tier's affair.
    case number(Int64)
    /// nil: a client on a local socket.
    case address(IPAddress?)
    /// All addresses for which there was no room left.
    case crowd

    /// Without a key, keys', users' and accounts' tiers speak of the client's address, with the same numbers.
    init(_ owner: RateOwner, for kind: RateTier.Owner) {
        let number: Int64?
        switch kind {
        case .key: number = owner.key?.value
        // Accounts stand below zero here, beside the users.
        case .user: number = owner.user ?? owner.account.map { -$0.value }
        case .account: number = owner.account?.value
        case .address: number = nil
        case .global: number = 0
        }
        self = number.map { .number($0) } ?? .address(owner.address?.ofOneClient)
    }

    // MARK: As text, for the store

    private static let local = "local"
    private static let everybodyElse = "crowd"

    var text: String {
        switch self {
        case .number(let number): String(number)
        case .address(let address): address?.description ?? Self.local
        case .crowd: Self.everybodyElse
        }
    }

    init?(text: String) {
        if let number = Int64(text) {
            self = .number(number)
        } else if text == Self.local {
            self = .address(nil)
        } else if text == Self.everybodyElse {
            self = .crowd
        } else if let address = IPAddress(text) {
            self = .address(address)
        } else {
            return nil
        }
    }
}

extension IPAddress {
    /// What one client has for itself: an IPv4 address, or the network of an IPv6 interface (RFC 4291 §2.5.4), whose
    /// lower 64 bits are the client's to choose.
    fileprivate var ofOneClient: IPAddress { family == .v4 ? self : masked(to: 64) }
}
