import Base
package import Model
package import Ports
import Synchronization

/// A way out for mail that says what a test tells it to, and remembers what it was asked.
///
/// Lanes are destinations, or are found out where `routes` are given. While it is held, calls wait until `release`.
package final class ScriptedTransport: MailTransport {
    /// What to say about one recipient of one message.
    package typealias Script = @Sendable (_ message: Message.ID, _ recipient: Int) -> AttemptOutcome

    package struct Call: Sendable, Equatable {
        package var lane: LaneID
        /// Per parcel its message and recipients.
        package var parcels: [DeliveryGroup]

        package init(lane: LaneID, parcels: [DeliveryGroup]) {
            self.lane = lane
            self.parcels = parcels
        }
    }

    package struct DeliveryGroup: Sendable, Equatable {
        package var message: Message.ID
        package var recipients: [Int]

        package init(message: Message.ID, recipients: [Int]) {
            self.message = message
            self.recipients = recipients
        }
    }

    private struct State {
        var script: Script
        var calls: [Call] = []
        var unannounced: Set<Int> = []
        var isHeld = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var closes = 0
        var running: [LaneID: Int] = [:]
        var mostRunning = 0
        var loop: HandLoop?
    }

    package let parcelsPerSession: Int
    package let sessionsPerLane: Int
    package let sessionsMax: Int
    package let findsLanes: Bool
    package let takesInternational: Bool?
    /// The lanes of destinations; those that are not named have their own.
    private let routes: [String: String]
    private let state: Mutex<State>

    package init(
        parcelsPerSession: Int = 10, sessionsPerLane: Int = 1, sessionsMax: Int = .max,
        routes: [String: String]? = nil, takesInternational: Bool? = nil,
        script: @escaping Script = { _, _ in ScriptedTransport.accepted }
    ) {
        self.parcelsPerSession = parcelsPerSession
        self.sessionsPerLane = sessionsPerLane
        self.sessionsMax = sessionsMax
        findsLanes = routes != nil
        self.routes = routes ?? [:]
        self.takesInternational = takesInternational
        state = Mutex(State(script: script))
    }

    package static let accepted = AttemptOutcome.accepted(
        AttemptResult(classification: .none, code: 250, text: UserData("ok"), host: "mx:25"))
    package static let deferred = AttemptOutcome.deferred(
        AttemptResult(classification: .transient, code: 451, text: UserData("later"), host: "mx:25"))
    package static let refused = AttemptOutcome.refused(
        AttemptResult(classification: .invalidRecipient, code: 550, text: UserData("no"), host: "mx:25"))

    // MARK: MailTransport

    package func lane(for destination: String) -> LaneID { LaneID(destination) }

    package func lanes(for destinations: Set<String>) async -> [String: LaneID] {
        Dictionary(uniqueKeysWithValues: destinations.map { ($0, LaneID(routes[$0] ?? $0)) })
    }

    package func deliver(_ parcels: [Parcel], lane: LaneID) async -> [ParcelResult] {
        let script = begin(parcels, lane)
        await waitWhileHeld()
        state.withLock { $0.running[lane, default: 0] -= 1 }
        let unannounced = state.withLock { $0.unannounced }
        return parcels.map { parcel in
            ParcelResult(outcomes: parcel.recipients.map { script(parcel.message, $0) }, unannounced: unannounced)
        }
    }

    private func begin(_ parcels: [Parcel], _ lane: LaneID) -> Script {
        state.withLock { state in
            state.calls.append(
                Call(lane: lane, parcels: parcels.map { DeliveryGroup(message: $0.message, recipients: $0.recipients) })
            )
            state.running[lane, default: 0] += 1
            state.mostRunning = max(state.mostRunning, state.running[lane, default: 0])
            return state.script
        }
    }

    private func waitWhileHeld() async {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state -> Bool in
                if state.isHeld { state.waiting.append(continuation) }
                return !state.isHeld
            }
            if goesOn { continuation.resume() }
        }
    }

    package func close() async { state.withLock { $0.closes += 1 } }

    // MARK: For the test

    /// Whoever looks at the calls first lets what this loop has in hand come to its end.
    package func serve(_ loop: HandLoop) { state.withLock { $0.loop = loop } }

    package var calls: [Call] {
        state.withLock { $0.loop }?.settle()
        return state.withLock { $0.calls }
    }
    package var closes: Int { state.withLock { $0.closes } }
    /// The most calls for one lane that were open at once.
    package var mostRunning: Int { state.withLock { $0.mostRunning } }
    /// How often each recipient of each message was handed over.
    package var attempts: Int { calls.reduce(0) { $0 + $1.parcels.reduce(0) { $0 + $1.recipients.count } } }

    package func say(_ script: @escaping Script) { state.withLock { $0.script = script } }

    /// The recipients at these places of each parcel are nobody's to report on.
    package func leaveUnannounced(_ places: Set<Int>) { state.withLock { $0.unannounced = places } }

    package func hold() { state.withLock { $0.isHeld = true } }

    package func release() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.isHeld = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
