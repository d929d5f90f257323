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
        for outcome in [SimulatedOutcome.none, .delivered, .timeout, .reply(400), .reply(550)] {
            #expect(SimulatedOutcome(code: outcome.code) == outcome)
        }
    }

    @Test("Replies below 500 defer and those above bounce; a real delivery has no simulated end")
    func attempts() {
        #expect(SimulatedOutcome.none.attempt == nil)
        guard case .accepted = SimulatedOutcome.delivered.attempt, case .deferred = SimulatedOutcome.timeout.attempt,
            case .deferred(let later) = SimulatedOutcome.reply(499).attempt,
            case .refused(let never) = SimulatedOutcome.reply(500).attempt
        else {
            Issue.record("an outcome ends another way")
            return
        }
        #expect(later.code == 499 && never.code == 500)
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
