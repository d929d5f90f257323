import Base
import Crypto
import MailFormat
package import Model
package import Ports

/// A key that is ready to be kept, and its secret, for who makes it part of a unit of work of their own.
package struct PreparedKey: Sendable {
    private let stored: StoredKey
    package let secret: Secret

    init(_ key: AccessKey, _ secret: Secret) {
        stored = StoredKey(key: key, digest: secret.digest)
        self.secret = secret
    }

    package var change: Change { .directory(.createKey(stored)) }

    /// The key, once it has been given its number.
    package func key(_ serial: Int64) -> AccessKey {
        var key = stored.key
        key.id = AccessKey.ID(serial)
        return key
    }
}

extension Administration {
    /// What a user of a relay is to be.
    package struct UserRequest: Sendable {
        package var account: Account.ID
        package var personality: PersonalityID
        package var label: String
        /// Everything that it sends is a test.
        package var isTest: Bool
        /// Names of the domains that it sends from; empty: all.
        package var domains: [String]
        /// nil: one is made.
        package var user: String?
        /// nil: one is made.
        package var password: String?

        package init(
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

    /// A user of a relay: a key of the kind `smtp`, whose secret is its password.
    package func prepareUser(_ request: UserRequest) throws(KernelFailure) -> PreparedKey {
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
        return PreparedKey(
            AccessKey(
                id: AccessKey.ID(0), account: request.account, personality: request.personality, kind: .smtp,
                mode: request.isTest ? .test : .live, scopes: [],
                domains: Self.each(request.domains.map(\.asciiLowercased)), allowedNetworks: [],
                label: request.label, prefix: "", createdAt: time.now, expiresAt: nil, revokedAt: nil, user: user),
            secret)
    }

    package func createUser(_ request: UserRequest) async throws(KernelFailure) -> (key: AccessKey, password: Secret) {
        let prepared = try prepareUser(request)
        return (prepared.key(try await store.make(prepared.change)), prepared.secret)
    }

    /// Changes what is named about a key.
    package func changeKey(_ id: AccessKey.ID, _ edit: KeyEdit) async throws(KernelFailure) -> AccessKey {
        try await store.make(.directory(.changeKey(id, edit, at: time.now)))
        guard let key = directory.key(id) else { throw .notFound(.key) }
        return key
    }

    /// A domain that is ready to be kept; `alreadyExists` where the account has it. `rsaKey`: its owner's own for
    /// DKIM, in PEM.
    package func prepareDomain(
        _ name: String, account: Account.ID, options: DomainOptions, facets: [PersonalityID: [UInt8]], rsaKey: String?
    ) async throws(KernelFailure) -> MailDomain {
        guard let checked = try? DomainName(parsing: name), checked.text.utf8.count <= KernelLimits.managedDomainBytes
        else { throw .invalid(FieldFault("domain", .domainName, value: UserData(name))) }
        guard directory.domain(checked.text, of: account) == nil else {
            throw .alreadyExists(.domain, field: "name")
        }
        var domain = try await prepareDomain(checked.text, account: account, pinned: false, rsaKey: rsaKey)
        domain.options = options
        domain.facets = facets
        return domain
    }
}
