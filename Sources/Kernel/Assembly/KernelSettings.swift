package import Crypto
package import Model

/// What the operator says of the kernel, and the keys of the key file.
package struct KernelSettings: Sendable {
    /// What rows' secrets are sealed with, and kept answers.
    package var sealing: SealingKey
    package var answers: SealingKey
    /// 32 bytes that stay the same for the life of the database.
    package var idKey: [UInt8]
    /// What this server calls itself, a name or an address literal.
    package var hostName: String
    /// Where people may write to as well, in lower case.
    package var ownNames: Set<String>
    package var simulation: SimulationPolicy
    package var retries: RetryPolicy
    package var pace: LanePace
    /// What mail is signed with.
    package var signatures: Set<SigningKey.Algorithm>
    /// The URL before the token of an unsubscribe link.
    package var unsubscribeBase: String
    /// nil where nobody takes reports.
    package var returnPaths: ReturnPaths?
    /// A submitted Bcc field leaves with its message, as RFC 5322 §3.6.3 lets it.
    package var keepsBcc: Bool
    /// Good keys of one personality that an account may make for itself.
    package var keysPerAccount: Int
    /// Domains that an account may add for itself.
    package var domainsPerAccount: Int

    package init(
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
