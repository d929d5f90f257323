public import Base
public import Crypto
public import Model

/// Webhook signing secrets: minted, sealed for the store, opened for signing. Any thread.
public struct WebhookSecrets: Sendable {
    private let sealing: SealingKey
    private let random: any RandomSource

    public init(sealing: SealingKey, random: any RandomSource) {
        self.sealing = sealing
        self.random = random
    }

    public func mint(prefix: String, characters: Int = KernelLimits.secretCharacters) -> String {
        prefix + random.text(characters, from: Alphabet.alphanumeric)
    }

    /// What signs deliveries of an owner without endpoints: derived from the key file, so always the same, and kept
    /// nowhere.
    public func fallback(of owner: Tenant, prefix: String) -> String {
        let bytes = sealing.derive("webhook-secret \(owner.account.value) \(owner.origin.name)")
        return prefix + Hex.encode(bytes)
    }

    public func seal(_ secret: String, of endpoint: WebhookEndpoint) throws(KernelFailure) -> [UInt8] {
        do {
            return try sealing.seal(
                Array(secret.utf8), associatedData: Self.associatedData(endpoint), random: AnyRandom(random))
        } catch {
            throw .internalError(incident: "webhook secret could not be sealed")
        }
    }

    /// Those that are good at `now`, newest first. Fails if the key file is not the one they were sealed with.
    public func open(_ endpoint: WebhookEndpoint, at now: Instant) throws(KernelFailure) -> [String] {
        var secrets: [String] = []
        for secret in endpoint.secrets where secret.expiresAt.map({ $0 > now }) ?? true {
            do {
                let bytes = try sealing.open(secret.bytes, associatedData: Self.associatedData(endpoint))
                secrets.append(String(decoding: bytes, as: UTF8.self))
            } catch {
                throw .internalError(incident: "webhook secret cannot be opened: is the key file the right one?")
            }
        }
        return secrets
    }

    /// Names the row, so that a sealed secret moved to another endpoint does not open. The row has no number yet when
    /// its secret is sealed; these never change.
    private static func associatedData(_ endpoint: WebhookEndpoint) -> [UInt8] {
        let owner = "\(endpoint.account.value) \(endpoint.origin.name)"
        return Array("webhook-secret \(owner) \(endpoint.createdAt.nanoseconds)".utf8)
    }
}
