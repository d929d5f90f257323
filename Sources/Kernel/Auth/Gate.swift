public import Base
import Crypto
public import Model

/// A personality's checks, run in the order that it declares.
///
/// One gate serves all shards: it holds nothing but the directory and the limiter, which are shared and thread-safe.
public struct Gate: Sendable {
    let personality: PersonalityID
    let steps: [GateStep]
    public var asksForPathAccount: Bool { steps.contains(.pathAccount) }
    let reader: CredentialReader
    private let scopes: ScopeVocabulary
    let directory: Directory
    let limiter: RateLimiter
    let uses: KeyUseLog?
    private let webTokens: WebTokens?

    /// `uses`: who notes when keys were used; nil: nobody does. `webTokens`: who knows sessions' tokens; nil: none are
    /// taken.
    public init(
        personality: PersonalityID, steps: [GateStep], form: CredentialForm, scopes: ScopeVocabulary,
        directory: Directory, limiter: RateLimiter, uses: KeyUseLog? = nil, webTokens: WebTokens? = nil
    ) {
        self.personality = personality
        self.steps = steps
        self.reader = CredentialReader(form: form)
        self.scopes = scopes
        self.directory = directory
        self.limiter = limiter
        self.uses = uses
        self.webTokens = webTokens
    }

    /// What the gate needs to know of a request.
    public struct Request: Sendable {
        /// The Authorization field's value; nil where it is absent.
        public var authorization: ArraySlice<UInt8>?
        /// The value of the personality's key field; nil where it is absent, or there is no such field.
        public var keyField: ArraySlice<UInt8>?
        public var pathAccount: PathAccount
        /// The domains that path or query name, lower case, where the requirement's stand there; none stands for all.
        public var domains: [String]
        public var clientAddress: IPAddress?
        public var method: String
        public var path: String
        public var now: Instant

        public init(
            authorization: ArraySlice<UInt8>?, keyField: ArraySlice<UInt8>? = nil, pathAccount: PathAccount = .none,
            domains: [String] = [], clientAddress: IPAddress?, method: String, path: String, now: Instant
        ) {
            self.authorization = authorization
            self.keyField = keyField
            self.pathAccount = pathAccount
            self.domains = domains
            self.clientAddress = clientAddress
            self.method = method
            self.path = path
            self.now = now
        }
    }

    /// The account that a path names.
    public enum PathAccount: Sendable, Equatable {
        /// The path has no place for one.
        case none
        /// What stands in its place names no account, whoever asks; with the parameter's name.
        case malformed(parameter: String)
        case account(Account.ID)

        public var id: Account.ID? {
            if case .account(let id) = self { id } else { nil }
        }
    }

    /// Let in or not; and the rate window to show in either case.
    public struct Admission: Sendable {
        /// nil on a route that needs no credential.
        public var principal: Result<Principal?, KernelFailure>
        public var window: WindowState?
        /// To be given back if the request is refused after the gate; nil where nothing asks for that.
        public var receipt: RateLimiter.Receipt?
        /// Whose request it is, where it came as far as `.idempotency`; nil also where that step is not listed.
        public var claimant: Principal?
        /// Whose key it is, if it is a good one, let in or not; for the log.
        public var holder: Directory.Credential?
    }

    /// Runs the checks. The request is counted against its rate windows exactly once, whether or not it is let in:
    /// against the key's if the key is good, else against the client address's, so that the headers of a refusal
    /// speak of a bucket that really empties.
    public func admit(
        _ request: Request, requirement: Requirement, rateClass: RateClass, faults: FaultSession? = nil
    ) -> Admission {
        var credential: Directory.Credential?
        var window: WindowState?
        var receipt: RateLimiter.Receipt?
        var claimant: Principal?
        do throws(KernelFailure) {
            for step in steps where requirement.needsCredential || step == .rate {
                if let faults {
                    let known = step == .credential ? try? authenticate(request) : credential
                    try raise(faults, at: .gate(step), request, requirement, known?.key)
                }
                switch step {
                case .credential: credential = try authenticate(request)
                case .account:
                    if credential?.isSuspended == true { throw .accountSuspended }
                case .pathAccount: try checkPath(request, credential?.account, requirement)
                case .address: try checkAddress(request, credential?.key)
                case .rate:
                    let taken = limiter.take(rateClass, by: owner(of: credential, request), now: request.now)
                    window = taken.window
                    receipt = taken.receipt
                    if let window, !taken.isAllowed { throw .rateLimited(window) }
                case .kind: try checkKind(credential?.key, requirement)
                case .scope: try checkScope(request, credential?.key, requirement)
                case .idempotency: claimant = credential.map { Principal($0.key) }
                }
            }
            if let faults { try raise(faults, at: nil, request, requirement, credential?.key) }
            if let credential, let uses, credential.lastUse.note(request.now) {
                uses.note(credential.key.id, at: request.now)
            }
            return Admission(
                principal: .success(credential.map { Principal($0.key) }), window: window, receipt: receipt,
                holder: credential)
        } catch {
            if let receipt { window = giveBack(receipt, now: request.now) }
            if case .rateLimited(let state) = error { window = state }
            let shown = window ?? limiter.take(rateClass, by: owner(of: credential, request), now: request.now).window
            return Admission(principal: .failure(error), window: shown, claimant: claimant, holder: credential)
        }
    }

    /// Counts a request that was refused after the gate as none, in the tiers that count accepted ones; the window to
    /// show instead.
    public func giveBack(_ receipt: RateLimiter.Receipt, now: Instant) -> WindowState? {
        limiter.giveBack(receipt, now: now)
    }

    private func raise(
        _ faults: FaultSession, at stage: FaultStage?, _ request: Request, _ requirement: Requirement, _ key: AccessKey?
    ) throws(KernelFailure) {
        try faults.raise(
            at: stage,
            FaultFacts(
                method: request.method, path: request.path, now: request.now, address: request.clientAddress,
                requirement: requirement, key: key))
    }

    /// The window to show on an answer to a request that never came to a gate: unroutable, or no request at all.
    public func unauthenticatedWindow(_ address: IPAddress?, rateClass: RateClass, now: Instant) -> WindowState? {
        limiter.take(rateClass, by: RateOwner(key: nil, account: nil, address: address), now: now).window
    }

    private func owner(of credential: Directory.Credential?, _ request: Request) -> RateOwner {
        RateOwner(
            key: credential?.key.id, account: credential?.key.account, address: request.clientAddress,
            user: credential?.session?.user)
    }

    private func authenticate(_ request: Request) throws(KernelFailure) -> Directory.Credential {
        let token = try reader.token(authorization: request.authorization, keyField: request.keyField)
        if reader.isWebToken(token) { return try session(token, at: request.now) }
        return try credential(SHA256.digest(token.span), at: request.now)
    }

    /// A session as a key that is in no table. It may do whatever a route lets sessions do; whether its user's password
    /// is still the one that it was opened with, the server asks (`PeopleService.confirm`).
    private func session(_ token: ArraySlice<UInt8>, at now: Instant) throws(KernelFailure) -> Directory.Credential {
        guard let webTokens else { throw .credentialUnknown }
        let session = try webTokens.session(in: token, of: personality, at: now)
        guard let account = directory.account(session.account), let isSuspended = directory.isSuspended(account.id)
        else { throw .credentialUnknown }
        let key = AccessKey(
            id: session.key, account: account.id, personality: personality, kind: .webToken, mode: .live,
            scopes: scopes.words, domains: [], allowedNetworks: [], label: "", prefix: "", createdAt: now,
            expiresAt: session.expiresAt, revokedAt: nil)
        return Directory.Credential(
            key: key, account: account, isSuspended: isSuspended, lastUse: LastUse(now),
            digest: SHA256.digest(token.span), session: session)
    }

    /// The key whose secret has this digest, if it is good now.
    func credential(_ digest: Digest256, at now: Instant) throws(KernelFailure) -> Directory.Credential {
        guard let credential = directory.credential(digest: digest), credential.key.personality == personality else {
            throw .credentialUnknown
        }
        if let revoked = credential.key.revokedAt { throw .credentialRevoked(at: revoked) }
        if let expiry = credential.key.expiresAt, expiry <= now { throw .credentialExpired(at: expiry) }
        return credential
    }

    private func checkPath(
        _ request: Request, _ account: Account?, _ requirement: Requirement
    ) throws(KernelFailure) {
        switch request.pathAccount {
        case .none: return
        case .malformed(let parameter):
            throw .invalid(FieldFault(parameter, .identifier(.account), location: .path))
        case .account(let named):
            guard let account, account.id != named else { return }
            // A foreign account is told apart from the caller's own, and never from one that does not exist.
            guard requirement.reachesSubAccounts, directory.account(named)?.parent == account.id else {
                throw .accountMismatch
            }
        }
    }

    func checkAddress(_ request: Request, _ key: AccessKey?) throws(KernelFailure) {
        guard let key, !AddressList.admits(request.clientAddress, to: key.allowedNetworks) else { return }
        throw .addressNotAllowed(request.clientAddress)
    }

    func checkKind(_ key: AccessKey?, _ requirement: Requirement) throws(KernelFailure) {
        guard let key, !requirement.kinds.contains(key.kind) else { return }
        throw .wrongCredentialKind(has: key.kind, needs: requirement.kinds)
    }

    func checkScope(
        _ request: Request, _ key: AccessKey?, _ requirement: Requirement
    ) throws(KernelFailure) {
        guard let key, let first = requirement.anyOf.first else { return }
        if requirement.anyOf.contains(where: { holds($0, requirement.domains, key) }) {
            switch requirement.domains {
            case .query, .path: return try requirement.check(request.domains, held: key.scopes, in: scopes)
            case .none, .every, .body, .stored, .narrowed: return
            }
        }
        throw .scopeMissing(
            ScopeShortfall(
                anyOf: requirement.anyOf, reported: requirement.reported ?? first, held: key.scopes,
                method: UserData(request.method), path: UserData(request.path)))
    }

    /// For any domain at all, where it is for some.
    private func holds(_ action: String, _ domains: Requirement.Domains, _ key: AccessKey) -> Bool {
        switch domains {
        case .none: scopes.permits(action, held: key.scopes)
        case .every: scopes.permits(action, domain: nil, held: key.scopes)
        case .query, .path, .body, .stored, .narrowed: scopes.permitsSomewhere(action, held: key.scopes)
        }
    }
}
