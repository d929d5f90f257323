import Base
public import Model
public import Ports

extension Administration {
    /// What a user of a relay is to be.
    public struct UserRequest: Sendable {
        public var account: Account.ID
        public var personality: PersonalityID
        public var label: String
        /// Everything that it sends is a test.
        public var isTest: Bool
        /// Names of the domains that it sends from; empty: all.
        public var domains: [String]
        /// nil: one is made.
        public var user: String?
        /// nil: one is made.
        public var password: String?
        /// Whether the account's bound of keys is looked at: not where the operator makes one.
        public var isBounded = false

        public init(
            account: Account.ID, personality: PersonalityID, label: String, isTest: Bool, domains: [String],
            user: String? = nil, password: String? = nil
        ) {
            self.account = account
            self.personality = personality
            self.label = label
            self.isTest = isTest
            self.domains = domains
            self.user = user
            self.password = password
        }
    }

    /// A user of a relay and its password, which nobody can show again: a key of the kind `smtp`, whose secret is the
    /// password. `alreadyExists` where the personality has a user of that name.
    public func createUser(_ request: UserRequest) throws(KernelFailure) -> Plan<(key: AccessKey, secret: Secret)> {
        guard directory.account(request.account) != nil else { throw .notFound(.account) }
        let user = request.user ?? random.text(KernelLimits.userCharacters, from: Alphabet.lowercaseAlphanumeric)
        guard (1...KernelLimits.userNameBytes).contains(user.utf8.count), user.utf8.allSatisfy(ASCII.isVisible) else {
            throw .invalid(FieldFault("user", .length(maximum: KernelLimits.userNameBytes)))
        }
        if let password = request.password {
            guard password.utf8.count >= KernelLimits.importedSecretBytes, password.utf8.allSatisfy(ASCII.isVisible)
            else { throw .invalid(FieldFault("secret", .key)) }
        }
        let secret = request.password.map { Secret($0) } ?? Secret.mint(prefix: "", random: random)
        let key = AccessKey(
            id: AccessKey.ID(0), account: request.account, personality: request.personality, kind: .smtp,
            mode: request.isTest ? .test : .live, scopes: [],
            domains: Self.each(request.domains.map(\.asciiLowercased)), allowedNetworks: [],
            label: request.label, prefix: "", createdAt: time.now, expiresAt: nil, revokedAt: nil, user: user)
        let limit = request.isBounded ? keysMax : .max
        return plan(.createKey(StoredKey(key: key, digest: secret.digest), atMost: limit), key, secret)
    }
}
