public import Base
public import Crypto
public import Model
public import Ports
import Synchronization

/// The secrets that accounts' relayed requests are signed with, one for each account and personality: minted when it
/// is first needed, sealed in the store, and the same for ever. Any thread.
public final class RelaySecrets: Sendable {
    private let store: any Store
    private let sealing: SealingKey
    private let time: any TimeSource
    private let random: any RandomSource
    /// A cache: what is not here is opened anew.
    private let opened = Mutex<[Tenant: String]>([:])

    public init(store: any Store, sealing: SealingKey, time: any TimeSource, random: any RandomSource) {
        self.store = store
        self.sealing = sealing
        self.time = time
        self.random = random
    }

    /// On disk when this returns. Fails if the key file is not the one that it was sealed with.
    public func secret(of owner: Tenant, prefix: String) async throws(KernelFailure) -> String {
        if let known = opened.withLock({ $0[owner] }) { return known }
        if try await store.signingSecret(of: owner) == nil { try await mint(owner, prefix) }
        guard let sealed = try await store.signingSecret(of: owner) else {
            throw .internalError(incident: "signing secret was not kept")
        }
        let secret = try open(sealed, owner)
        opened.withLock { opened in
            if opened.count >= KernelLimits.openSecrets { opened.removeAll() }
            opened[owner] = secret
        }
        return secret
    }

    /// Of two who mint at one time the store keeps one.
    private func mint(_ owner: Tenant, _ prefix: String) async throws(KernelFailure) {
        let secret = prefix + random.text(KernelLimits.secretCharacters, from: Alphabet.alphanumeric)
        let sealed: [UInt8]
        do {
            sealed = try sealing.seal(
                Array(secret.utf8), associatedData: Self.associatedData(owner), random: AnyRandom(random))
        } catch {
            throw .internalError(incident: "signing secret could not be sealed")
        }
        try await store.make(.relay(.keepSecret(owner, sealed: sealed, at: time.now)))
    }

    private func open(_ sealed: [UInt8], _ owner: Tenant) throws(KernelFailure) -> String {
        do {
            let bytes = try sealing.open(sealed, associatedData: Self.associatedData(owner))
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            throw .internalError(incident: "signing secret cannot be opened: is the key file the right one?")
        }
    }

    /// Names the row, so that a sealed secret moved to another account does not open.
    private static func associatedData(_ owner: Tenant) -> [UInt8] {
        Array("relay-secret \(owner.account.value) \(owner.origin.name)".utf8)
    }
}
