public import Base
public import Model
public import Ports

/// Makes relayed requests: a kind of work whose lanes are the targets' origins. Any thread.
public final class RelayDispatcher: RelayObserver {
    private let engine: WorkEngine<RelayWork>
    private let tally = WorkTally()

    public init(
        loop: any ActorLoop, store: any Store, transport: any HTTPTransport, secrets: RelaySecrets,
        rules: [PersonalityID: RelayRules], time: any TimeSource, random: any RandomSource, log: Log
    ) {
        let work = RelayWork(
            store: store, transport: transport, secrets: secrets, rules: rules, tally: tally, time: time,
            random: random, log: log)
        engine = WorkEngine(work, loop: loop, time: time, log: log)
    }

    /// Called by the store's writer: hands over and returns.
    public func queued(_ relays: [PendingRelay]) { engine.queued(relays.map(\.work)) }

    /// Takes over relays; at start, piece by piece, all that an earlier process left unfinished.
    public func insert(_ relays: [PendingRelay]) async { await engine.insert(relays.map(\.work)) }

    /// Takes a relay out of the queue; false while an attempt at it is under way.
    public func withdraw(_ relay: Relay) async -> Bool {
        await engine.withdraw(relay.id.value, from: relay.request.target.origin)
    }

    /// The operator's pause of a target: what is for it is kept, and goes out when it ends.
    public func setPaused(_ target: String, _ isPaused: Bool) async { await engine.setHeld(target, isPaused) }

    public func statistics() async -> [WorkLaneStatistics<String>] { await engine.statistics() }

    public func figures() async -> RelayFigures {
        let (outcomes, answers) = tally.counts
        return RelayFigures(lanes: await statistics(), outcomes: outcomes, answers: answers)
    }

    /// Sends nothing: for an offline command.
    public func hold() async { await engine.hold() }

    /// Begins nothing more, and returns when everything that was on its way is recorded.
    public func drain() async { await engine.drain() }
}

extension PendingRelay {
    fileprivate var work: Work<String> { Work(id: id.value, lane: target, due: due, attempts: attempts) }
}
