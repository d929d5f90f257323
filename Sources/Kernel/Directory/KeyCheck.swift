public import Base
public import Crypto
public import Model
public import Ports

/// Whether the key file is the one that the database was made with. A sealed value in the database tells; where there
/// is none yet, one of the sealed signing keys does, and the value is written.
public struct KeyCheck: Sendable {
    private let store: any Store
    private let sealing: SealingKey
    private let random: any RandomSource

    public init(store: any Store, sealing: SealingKey, random: any RandomSource) {
        self.store = store
        self.sealing = sealing
        self.random = random
    }

    /// False: what is sealed in the database could not be opened, and what would be sealed now nobody could open later.
    public func holds() async throws(KernelFailure) -> Bool {
        if let sealed = try await store.keyCheck() {
            return (try? sealing.open(sealed, associatedData: Self.purpose)) == Self.value
        }
        guard try await opensSigningKeys() else { return false }
        let sealed: [UInt8]
        do {
            sealed = try sealing.seal(Self.value, associatedData: Self.purpose, random: AnyRandom(random))
        } catch {
            throw .internalError(incident: "the key file's check value could not be sealed")
        }
        try await store.make(.directory(.setKeyCheck(sealed)))
        return true
    }

    private func opensSigningKeys() async throws(KernelFailure) -> Bool {
        let domains = try await store.directory().domains
        guard let domain = domains.first(where: { !$0.signingKeys.isEmpty }), let key = domain.signingKeys.first else {
            return true
        }
        return (try? Keyring(sealing: sealing, random: random).privateKey(key, of: domain)) != nil
    }

    private static let value = Array("polyrelay".utf8)
    private static let purpose = Array("key-check".utf8)
}
