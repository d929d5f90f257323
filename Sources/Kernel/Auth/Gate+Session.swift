public import Base
public import Crypto
public import Model

/// The gate of clients that say who they are once and then ask for many things, as SMTP's do. The steps are the same,
/// in the same order; those about the client are made when it says who it is, and all of them for each thing it asks
/// for.
extension Gate {
    /// Who a client is, for as long as its connection lasts. Not what it may do, which changes meanwhile.
    public enum Caller: Sendable {
        /// By the digest of its key's secret.
        case key(Digest256)
        /// By the network that it is in; a key that is in no table stands for it.
        case trusted(AccessKey)
    }

    /// One request that was let in.
    public struct Passage: Sendable {
        public let principal: Principal
        /// To be given back if the request is refused later; nil where nothing asks for that.
        public let receipt: RateLimiter.Receipt?
    }

    /// Who gave this secret. Nothing is counted.
    public func identify(
        secret: [UInt8], from address: IPAddress?, at now: Instant
    ) throws(KernelFailure) -> Caller {
        let token = try reader.token(authorization: nil, keyField: secret[...])
        return try identify(SHA256.digest(token.span), from: address, at: now)
    }

    /// Who gave this user's password. Nothing is counted. A wrong name and a wrong password are the same to the caller.
    public func identify(
        user: [UInt8], password: [UInt8], from address: IPAddress?, at now: Instant
    ) throws(KernelFailure) -> Caller {
        let digest = SHA256.digest(password.span)
        guard let credential = directory.credential(digest: digest), credential.key.kind == .smtp,
            let name = credential.key.user, ConstantTime.equal(SHA256.digest(Array(name.utf8)), SHA256.digest(user))
        else { throw .credentialUnknown }
        return try identify(digest, from: address, at: now)
    }

    private func identify(
        _ digest: Digest256, from address: IPAddress?, at now: Instant
    ) throws(KernelFailure) -> Caller {
        let credential = try credential(digest, at: now)
        let request = request(from: address, "AUTH", now)
        for step in steps {
            switch step {
            case .account: if credential.isSuspended { throw .accountSuspended }
            case .address: try checkAddress(request, credential.key)
            case .credential, .pathAccount, .rate, .kind, .scope, .idempotency: break
            }
        }
        return .key(digest)
    }

    /// Whether the caller may do one more thing now; it is counted against the caller's rate windows.
    public func admit(
        _ caller: Caller, requirement: Requirement, rateClass: RateClass, from address: IPAddress?, verb: String,
        at now: Instant
    ) throws(KernelFailure) -> Passage {
        let request = request(from: address, verb, now)
        let (key, credential) = try identified(caller, now)
        var receipt: RateLimiter.Receipt?
        do throws(KernelFailure) {
            for step in steps {
                switch step {
                case .credential, .pathAccount, .idempotency: break
                case .account:
                    let isSuspended = credential?.isSuspended ?? directory.isSuspended(key.account)
                    if isSuspended != false { throw .accountSuspended }
                case .address: try checkAddress(request, key)
                case .rate: receipt = try count(key, rateClass, address, now)
                case .kind: if credential != nil { try checkKind(key, requirement) }
                case .scope: try checkScope(request, key, requirement)
                }
            }
        } catch {
            if let receipt { _ = giveBack(receipt, now: now) }
            throw error
        }
        if let credential, let uses, credential.lastUse.note(now) { uses.note(key.id, at: now) }
        return Passage(principal: Principal(key), receipt: receipt)
    }

    private func identified(
        _ caller: Caller, _ now: Instant
    ) throws(KernelFailure) -> (key: AccessKey, credential: Directory.Credential?) {
        switch caller {
        case .key(let digest):
            let credential = try credential(digest, at: now)
            return (credential.key, credential)
        case .trusted(let key): return (key, nil)
        }
    }

    /// A network without a key is counted by its account, and where a tier counts keys, by the client's address.
    private func count(
        _ key: AccessKey, _ rateClass: RateClass, _ address: IPAddress?, _ now: Instant
    ) throws(KernelFailure) -> RateLimiter.Receipt? {
        let id = key.kind == .trustedNetwork ? nil : key.id
        let taken = limiter.take(
            rateClass, by: RateOwner(key: id, account: key.account, address: address), now: now)
        if let window = taken.window, !taken.isAllowed { throw .rateLimited(window) }
        return taken.receipt
    }

    private func request(from address: IPAddress?, _ verb: String, _ now: Instant) -> Request {
        Request(authorization: nil, clientAddress: address, method: verb, path: "", now: now)
    }
}
