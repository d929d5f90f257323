import AdapterKit
import Base

/// What the operator says of how payments come in, and what making their records takes.
struct IntakeRules: Sendable {
    static let balanceWait = PersonalityOption.duration(
        "balanceWait", in: HarpoonLimits.balanceWaits, standard: HarpoonLimits.balanceWait,
        "how long a payment waits whose balance does not go on from its line's, before a person has to look")

    /// How long a gap between balances stays open.
    let wait: Duration
    /// Money of no waiting payment is told to merchants who take all of it.
    let forwards: Bool
    let random: AnyRandom

    init(wait: Duration, forwards: Bool, random: AnyRandom) {
        self.wait = wait
        self.forwards = forwards
        self.random = random
    }

    init(_ call: Call) {
        wait = call.option(Self.balanceWait)
        forwards = call.option(OpenCollections.isOn)
        random = call.random
    }

    init(_ call: VerbCall) {
        wait = call.option(Self.balanceWait)
        forwards = call.option(OpenCollections.isOn)
        random = call.random
    }
}
