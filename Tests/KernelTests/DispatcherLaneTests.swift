import Base
import Kernel
import Model
import Ports
import TestKit
import Testing

@Suite("Dispatcher: lanes that the transport finds out")
struct DispatcherLaneTests {
    private let transport: ScriptedTransport
    private let bench: MailBench

    init() throws {
        transport = ScriptedTransport(sessionsPerLane: 4, routes: ["x.net": "mx:p", "y.net": "mx:p"])
        bench = try MailBench(transport: transport)
    }

    /// Accepts a message, and lets its lanes be found.
    @discardableResult
    private func accept(_ recipients: [String]) async -> Message.ID {
        let id = await bench.accept(Fixture.message(Fixture.submission(to: recipients)))
        bench.gather()
        return id
    }

    @Test("Recipients of one message at one provider go together, whatever their domains")
    func together() async throws {
        let id = await accept(["a@x.net", "b@y.net", "c@z.net"])
        let calls = transport.calls.sorted { $0.lane < $1.lane }
        #expect(calls.map(\.lane) == [LaneID("mx:p"), LaneID("z.net")])
        #expect(calls.first?.parcels == [.init(message: id, recipients: [0, 1])])
        #expect(try await bench.states(id) == [.delivered, .delivered, .delivered])
    }

    @Test("To find the lane is no attempt")
    func noAttempt() async throws {
        transport.say { _, _ in ScriptedTransport.deferred }
        let id = await accept(["a@x.net"])
        #expect(try await bench.store.message(id, content: false)?.recipients.map(\.attempts) == [1])
    }

    @Test("No more sessions are open than the transport takes over all lanes")
    func sessions() async throws {
        let transport = ScriptedTransport(sessionsPerLane: 4, sessionsMax: 2, routes: [:])
        let bench = try MailBench(transport: transport)
        transport.hold()
        for name in ["a", "b", "c", "d"] {
            await bench.accept(Fixture.message(Fixture.submission(to: ["ann@\(name).net"])))
        }
        bench.loop.ringDueTimers()
        #expect(transport.calls.count == 2)
        transport.release()
        bench.loop.ringDueTimers()
        #expect(transport.calls.count == 4)
        #expect(try await bench.pending() == [])
    }

    @Test(
        "A provider that pushes back is left alone for a while; one that greylists is not",
        arguments: [
            (AttemptResult.Class.throttled, 450, true), (.transient, 421, true), (.greylisted, 451, false),
            (.mailboxFull, 452, false),
        ])
    func pushBack(_ class: AttemptResult.Class, code: Int, rests: Bool) async throws {
        transport.say { _, _ in
            .deferred(AttemptResult(classification: `class`, code: code, text: UserData("no"), host: "mx:25"))
        }
        await accept(["a@x.net"])
        await accept(["b@y.net"])
        #expect(transport.attempts == (rests ? 1 : 2))
        bench.loop.advance(by: .seconds(3))
        #expect(transport.attempts == 2)
    }
}
