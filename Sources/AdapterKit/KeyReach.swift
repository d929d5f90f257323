import Base
import Kernel
import Model

/// What of an account test keys change although live keys go by it too: where a vendor's contract says so.
public enum SharedWithTests: Sendable, Hashable {
    case webhooks
}

/// How far a caller's key reaches within its account, beyond what its scopes say.
///
/// A test key changes test things only; what live mail and live keys go by too (domains, suppressions, webhooks, keys,
/// sub-accounts) is not one. A key that is bound to domains sees and changes what belongs to those: what belongs to the
/// whole account, or to another domain, does not.
struct KeyReach: Sendable {
    private let call: Call
    private var services: Services { call.services }

    init(_ call: Call) { self.call = call }

    /// The key as it stands now.
    func ownKey() throws(KernelFailure) -> AccessKey {
        guard let caller = call.caller else { throw .credentialMissing }
        guard let key = services.directory.key(caller.key) else { throw .credentialUnknown }
        return key
    }

    /// Throws `scopeMissing` for a test key.
    func checkLive(sharing what: SharedWithTests? = nil) throws(KernelFailure) {
        guard call.caller?.mode == .test else { return }
        if let what, services.sharedWithTests.contains(what) { return }
        throw .scopeMissing(call.shortfall())
    }

    /// The refusal of a test key; nil for a live one.
    var refusalOfTests: KernelFailure? {
        call.caller?.mode == .test ? .scopeMissing(call.shortfall()) : nil
    }

    /// Throws `domainNotPermitted` for a key that is bound to domains: what is asked about is the account's.
    func checkUnbound() throws(KernelFailure) {
        if isBound { throw .domainNotPermitted(domain: nil, action: nil) }
    }

    // MARK: Domains

    var isBound: Bool { call.caller?.domains.isEmpty == false }

    /// Whether the key may see a domain, by its name.
    func reaches(_ domain: String) -> Bool { !isBound || call.caller?.domains.contains(domain) == true }

    func checkReaches(_ domain: String) throws(KernelFailure) {
        if !reaches(domain) { throw .domainNotPermitted(domain: domain, action: nil) }
    }

    /// Those of the call's account that the key is bound to; nil: it is bound to none.
    var domains: Set<MailDomain.ID>? {
        guard isBound, let account = call.account, let names = call.caller?.domains else { return nil }
        return Set(names.compactMap { services.directory.domain($0, of: account)?.id })
    }

    /// Whether something that belongs to these domains, all of the account's where there are none, is the key's.
    func reaches(all domains: [MailDomain.ID]) -> Bool {
        guard let own = self.domains else { return true }
        return !domains.isEmpty && own.isSuperset(of: domains)
    }

    // MARK: Keys

    /// Whether the caller may see a key.
    func sees(_ key: AccessKey) -> Bool { !isBound || (!key.domains.isEmpty && key.domains.allSatisfy(reaches)) }

    /// Throws where a key could do, in any respect, what the caller's cannot. `scopes`: those of which is asked;
    /// nil: they are not handed on, or the contract gives a right to hand on any.
    func checkNotGreater(_ key: AccessKey, scopes: [String]?) throws(KernelFailure) {
        let own = try ownKey()
        if own.mode == .test, key.mode == .live { throw .scopeMissing(call.shortfall()) }
        if !own.domains.isEmpty {
            if key.domains.isEmpty { throw .domainNotPermitted(domain: nil, action: nil) }
            for domain in key.domains { try checkReaches(domain) }
        }
        if let scopes, let greater = scopes.first(where: { !services.scopes.covers($0, held: own.scopes) }) {
            throw .scopeMissing(call.shortfall(greater))
        }
        guard AddressList.covers(key.allowedNetworks, by: own.allowedNetworks), Self.ends(key, noLaterThan: own) else {
            throw .scopeMissing(call.shortfall())
        }
    }

    private static func ends(_ key: AccessKey, noLaterThan own: AccessKey) -> Bool {
        guard let end = own.expiresAt else { return true }
        return key.expiresAt.map { $0 <= end } ?? false
    }
}
