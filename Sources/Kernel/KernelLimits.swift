/// The kernel's limits, each with its unit. Dialects may set tighter ones.
public enum KernelLimits {
    /// Messages to the operator that are kept in a day: of one client network of 24 or 48 bits, and in all.
    static let operatorMessagesPerNetwork = 20
    static let operatorMessagesPerDay = 400
    /// How long who sends more is told to wait.
    static let operatorMailWait: Duration = .seconds(3600)
    /// Good keys of one personality that an account may make for itself, where the operator says nothing else: each has
    /// a rate window of its own.
    public static let keysPerAccount = 1000
    /// Domains that an account may add for itself, where the operator says nothing else: each has keys of its own, and
    /// is looked up again and again.
    public static let domainsPerAccount = 10_000
    /// Rows that are read at once for a page of relays that no index narrows, and how long such a page may take.
    static let relaysLookedAt = 200
    static let filteredListDuration: Duration = .seconds(10)
    /// Addresses in Reply-To that are read of a message which came in as finished bytes.
    static let replyToRead = 50
    /// RFC 5321 §6.3: traces of servers in a message; with more it goes round in circles.
    public static let receivedFieldsMax = 100
    /// Traces of this server in a message: with so many it has come back again and again.
    public static let ownTracesMax = 3
    /// Bytes of an idempotency key.
    public static let idempotencyKeyBytes = 255
    /// Idempotency claims in memory; beyond that, those whose lease has ended are dropped.
    static let idempotencyClaims = 10_000
    /// Deliveries leased and settled in one go.
    public static let deliveriesPerLease = 512
    /// How long new deliveries wait for company before they are leased.
    public static let gatheringDelay: Duration = .milliseconds(5)
    /// Rows of unfinished work that are read at once when the program starts.
    public static let rowsPerResumption = 20_000
    /// A lease not settled by then is given to somebody else. Longer than the longest SMTP session may last
    /// (RFC 5321 §4.5.3.2: the final dot alone may take 10 minutes).
    public static let leaseDuration: Duration = .seconds(3600)
    /// How much of a lane's pace may go at once after a rest.
    static let pacedBurst: Duration = .milliseconds(100)
    /// How long a lane rests after a provider's first push-back, and after many.
    static let laneRestMin: Duration = .seconds(2)
    static let laneRestMax: Duration = .seconds(600)
    /// How long a lane that was slowed down is remembered while nothing is in it.
    static let laneMemory: Duration = .seconds(600)
    /// How long a delivery waits before a sender who asked for it hears that it is delayed.
    public static let delayReportedAfter: Duration = .seconds(4 * 3600)
    /// How long the dispatcher waits before it tries again to record outcomes that the store could not take.
    public static let storageRetryDelay: Duration = .seconds(1)
    /// Rate windows of one tier kept in memory; beyond that, ended ones are dropped.
    public static let rateWindows = 100_000
    /// Client addresses that one tier counts each for itself; beyond that they are counted together.
    public static let rateAddresses = 250_000
    /// How often a tier with no room for addresses looks for ended windows.
    public static let rateCrowdInterval: Duration = .seconds(1)
    /// Characters of a secret that are kept in the clear to tell keys apart.
    public static let keyPrefixCharacters = 12
    /// Random characters of a minted secret: 62^40 is above 2^238.
    public static let secretCharacters = 40
    /// Of a minted user name of a relay, in characters; of a chosen one, in bytes.
    static let userCharacters = 24
    static let userNameBytes = 255
    /// Bytes of an imported secret at least.
    public static let importedSecretBytes = 16
    /// Bytes of a domain's name at most, so that the names of its records fit into DNS too.
    public static let managedDomainBytes = 200
    /// Domains whose records are looked up at one time.
    public static let domainChecksAtOnce = 8
    /// How often DNS is looked at for the key of a rotation.
    public static let rotationLooks: ClosedRange<Duration> = .seconds(300) ... .seconds(600)
    /// How long a new key's record has to be seen before mail is signed with it, so that all servers have it.
    public static let rotationWait: Duration = .seconds(3600)
    /// How long an old key's record is still needed: mail waits for 4 to 5 days on its way (RFC 5321 §4.5.4.1).
    public static let keyRetirement: Duration = .seconds(7 * 86_400)
    /// Re-checks that became due while the program did not run are spread over this.
    public static let domainChecksAfterStart: Duration = .seconds(60)
    /// A use of a key that comes sooner after the one before is not written down.
    public static let keyUseInterval: Duration = .seconds(60)
    /// How long uses of keys wait for company before they are written.
    public static let keyUseGathering: Duration = .seconds(5)
    /// Bad keys that a client network may send without being slowed down, and how fast they are forgotten.
    public static let badKeysFree = 100
    public static let badKeyInterval: Duration = .seconds(1)
    /// Bad keys that are remembered at most: after a flood a network is free again this many intervals later.
    public static let badKeysCounted = 300
    /// What each bad key beyond the free ones adds to the delay of a refusal, and how long it becomes at most.
    public static let badKeyDelayStep: Duration = .milliseconds(20)
    public static let badKeyDelayMax: Duration = .seconds(2)
    /// Client networks whose bad keys are counted; the others share one count.
    public static let badKeyNetworks = 10_000
    /// Refusals that wait at one time; more are sent at once.
    public static let refusalsWaiting = 1000
    /// How long a fault on demand may put off an answer.
    public static let faultDelayMax: Duration = .seconds(60)
    /// Orders whose requests are counted; beyond that all counts begin anew.
    public static let faultCounters = 10_000

    /// Bytes of a message to the operator.
    public static let operatorMessageBytes = 1 << 20

    // MARK: Relayed requests

    /// Whether a host's addresses may be called is looked up anew after this.
    public static let hostVerdictAge: Duration = .seconds(30)
    /// Hosts of which that is remembered.
    public static let hostVerdicts = 10_000
    /// Signing secrets that are kept open in memory; beyond that they are opened anew.
    public static let openSecrets = 10_000
}
