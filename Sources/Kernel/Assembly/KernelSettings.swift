public import Crypto
public import Model

/// What the operator says of the kernel, and the keys of the key file.
public struct KernelSettings: Sendable {
    /// What rows' secrets are sealed with, and kept answers.
    public var sealing: SealingKey
    public var answers: SealingKey
    /// 32 bytes that stay the same for the life of the database.
    public var idKey: [UInt8]
    /// What this server calls itself, a name or an address literal.
    public var hostName: String
    /// Where people may write to as well, in lower case.
    public var ownNames: Set<String>
    public var simulation: SimulationPolicy
    public var retries: RetryPolicy
    public var pace: LanePace
    /// What mail is signed with.
    public var signatures: Set<SigningKey.Algorithm>
    /// The URL before the token of an unsubscribe link.
    public var unsubscribeBase: String
    /// nil where nobody takes reports.
    public var returnPaths: ReturnPaths?
    /// A submitted Bcc field leaves with its message, as RFC 5322 §3.6.3 lets it.
    public var keepsBcc: Bool
    /// Good keys of one personality that an account may make for itself.
    public var keysPerAccount: Int
    /// Domains that an account may add for itself.
    public var domainsPerAccount: Int

    public init(
        sealing: SealingKey, answers: SealingKey, idKey: [UInt8], hostName: String, ownNames: Set<String> = [],
        simulation: SimulationPolicy, retries: RetryPolicy, pace: LanePace = LanePace(),
        signatures: Set<SigningKey.Algorithm> = [.rsa, .ed25519], unsubscribeBase: String,
        returnPaths: ReturnPaths? = nil, keepsBcc: Bool = false, keysPerAccount: Int = KernelLimits.keysPerAccount,
        domainsPerAccount: Int = KernelLimits.domainsPerAccount
    ) {
        self.sealing = sealing
        self.answers = answers
        self.idKey = idKey
        self.hostName = hostName
        self.ownNames = ownNames
        self.simulation = simulation
        self.retries = retries
        self.pace = pace
        self.signatures = signatures
        self.unsubscribeBase = unsubscribeBase
        self.returnPaths = returnPaths
        self.keepsBcc = keepsBcc
        self.keysPerAccount = keysPerAccount
        self.domainsPerAccount = domainsPerAccount
    }
}
