import Model
import Ports
import TestKit
import Testing

@testable import Kernel

@Suite("Simulated outcomes")
struct SimulatedOutcomeTests {
    @Test(
        "A local part asks for an outcome, in any case and with any tag",
        arguments: [
            ("bounce@x.net", SimulatedOutcome.reply(550)), ("Bounce+7@x.net", .reply(550)),
            ("defer@x.net", .reply(451)),
            ("timeout@x.net", .timeout), ("421@x.net", .reply(421)), ("599+a@x.net", .reply(599)),
            ("ann@x.net", .delivered), ("bouncer@x.net", .delivered), ("399@x.net", .delivered),
            ("600@x.net", .delivered), ("0451@x.net", .delivered), ("+45@x.net", .delivered),
            ("x+bounce@x.net", .delivered),
        ])
    func localParts(address: String, outcome: SimulatedOutcome) {
        #expect(SimulatedOutcome(localPartOf: address) == outcome)
    }

    @Test("The stored number stands for the same outcome")
    func codes() {
        let words = SimulatedOutcome.words.map(\.outcome)
        for outcome in words + [SimulatedOutcome.none, .delivered, .timeout, .reply(400), .reply(550)] {
            #expect(SimulatedOutcome(code: outcome.code) == outcome)
        }
    }

    @Test("Replies below 500 defer and those above bounce; a real delivery has no simulated end")
    func attempts() {
        #expect(SimulatedOutcome.none.attempt(after: 0) == nil)
        guard case .accepted = SimulatedOutcome.delivered.attempt(after: 0),
            case .deferred = SimulatedOutcome.timeout.attempt(after: 0),
            case .deferred(let later) = SimulatedOutcome.reply(499).attempt(after: 0),
            case .refused(let never) = SimulatedOutcome.reply(500).attempt(after: 0)
        else {
            Issue.record("an outcome ends another way")
            return
        }
        #expect(later.code == 499 && never.code == 500)
    }

    @Test("Greylisted at the first attempt, and taken at the next; slow is late and not refused")
    func patience() {
        guard case .deferred(let first) = SimulatedOutcome.greylist.attempt(after: 0),
            case .accepted = SimulatedOutcome.greylist.attempt(after: 1),
            case .accepted = SimulatedOutcome.slow.attempt(after: 0)
        else {
            Issue.record("an outcome ends another way")
            return
        }
        #expect(first.classification == .greylisted && SimulatedOutcome.slow.delay > .zero)
        #expect(SimulatedOutcome.words.allSatisfy { $0.outcome == .slow || $0.outcome.delay == .zero })
    }

    @Test("Test keys never send; live ones send unless everything is captured")
    func policy() {
        let address = Fixture.address("bounce@example.net")
        let direct = SimulationPolicy(capturesEverything: false, localPartsDecide: true)
        #expect(direct.outcome(for: address, mode: .live) == .none)
        #expect(direct.outcome(for: address, mode: .test) == .delivered)
        let capture = SimulationPolicy(capturesEverything: true, localPartsDecide: true)
        #expect(capture.outcome(for: address, mode: .live) == .reply(550))
        #expect(capture.outcome(for: address, mode: .test) == .delivered)
        let quiet = SimulationPolicy(capturesEverything: true, localPartsDecide: false)
        #expect(quiet.outcome(for: address, mode: .live) == .delivered)
    }
}
