public import Base
public import Crypto
import MailFormat
public import Model
import Synchronization

/// The private halves of domains' DKIM keys: made, sealed for the store, opened for signing.
///
/// Opened keys stay in memory, since opening one takes longer than using it. Any thread; making an RSA key takes tens
/// to hundreds of milliseconds and belongs on no shard.
public final class Keyring: Sendable {
    private struct Name: Hashable {
        let account: Account.ID
        let domain: String
        let algorithm: SigningKey.Algorithm
        /// A domain that was removed and added again has other keys.
        let publicKey: [UInt8]
    }

    private let sealing: SealingKey
    private let random: any RandomSource
    private let opened = Mutex<[Name: any DKIMKey]>([:])

    public init(sealing: SealingKey, random: any RandomSource) {
        self.sealing = sealing
        self.random = random
    }

    /// A fresh RSA-2048 and a fresh Ed25519 key for a domain: every verifier knows the first, RFC 8463 adds the second.
    /// `rsaKey`: the owner's own in PEM in place of the first; a `key` fault where it is none.
    public func makeKeys(
        account: Account.ID, domain: String, slot: SigningKey.Slot = .first, use: SigningKey.Use = .active,
        rsaKey: String? = nil
    ) throws(KernelFailure) -> [SigningKey] {
        let given = try rsaKey.map { pem throws(KernelFailure) in try Self.read(pem) }
        do {
            let rsa = try given ?? RSAPrivateKey.generate()
            let ed25519 = try Ed25519PrivateKey.generate(random: AnyRandom(random))
            return [
                try sealed(rsa.pkcs8(), .rsa, publicKey: try rsa.publicKeyInfo(), account, domain),
                try sealed(ed25519.seed, .ed25519, publicKey: ed25519.publicKey, account, domain),
            ].map { key in
                var key = key
                (key.slot, key.use) = (slot, use)
                return key
            }
        } catch {
            throw .internalError(incident: "signing key could not be made")
        }
    }

    private static func read(_ pem: String) throws(KernelFailure) -> RSAPrivateKey {
        do {
            return try RSAPrivateKey(pem: pem)
        } catch {
            throw .invalid(FieldFault("private_key", .key))
        }
    }

    /// The private key, opened. Fails if the key file is not the one it was sealed with.
    func privateKey(_ key: SigningKey, of domain: MailDomain) throws(KernelFailure) -> any DKIMKey {
        let name = Name(
            account: domain.account, domain: domain.name, algorithm: key.algorithm, publicKey: key.publicKey)
        if let known = opened.withLock({ $0[name] }) { return known }
        do {
            let bytes = try sealing.open(key.sealedPrivateKey, associatedData: Self.associatedData(name))
            let privateKey: any DKIMKey =
                switch key.algorithm {
                case .rsa: try RSAPrivateKey(der: bytes)
                case .ed25519: try Ed25519PrivateKey(seed: bytes)
                }
            opened.withLock { $0[name] = privateKey }
            return privateKey
        } catch {
            throw .internalError(incident: "signing key cannot be opened: is the key file the right one?")
        }
    }

    private func sealed(
        _ privateKey: [UInt8], _ algorithm: SigningKey.Algorithm, publicKey: [UInt8], _ account: Account.ID,
        _ domain: String
    ) throws(CryptoError) -> SigningKey {
        let name = Name(account: account, domain: domain, algorithm: algorithm, publicKey: publicKey)
        return SigningKey(
            algorithm: algorithm, publicKey: publicKey,
            sealedPrivateKey: try sealing.seal(
                privateKey, associatedData: Self.associatedData(name), random: AnyRandom(random)))
    }

    /// Names the row, so that a sealed key moved to another domain does not open.
    private static func associatedData(_ name: Name) -> [UInt8] {
        Array("signing-key \(name.account.value) \(name.domain) \(name.algorithm.rawValue)".utf8)
    }
}
