import Base
import Kernel
import Model
import Ports
import TestKit
import Testing

@Suite("Dispatcher")
struct DispatcherTests {
    private let transport = ScriptedTransport()
    private let bench: MailBench

    init() throws { bench = try MailBench(transport: transport) }

    @Test("What the next hop accepts is delivered, and leaves the queue")
    func delivered() async throws {
        let id = await bench.accept()
        #expect(try await bench.kinds(id) == [.accepted, .transmitted, .delivered])
        #expect(try await bench.pending() == [])
        #expect(transport.attempts == 1)
    }

    @Test("What the next hop refuses for good bounces and is not tried again")
    func bounced() async throws {
        transport.say { _, _ in ScriptedTransport.refused }
        let id = await bench.accept()
        bench.loop.advance(by: .seconds(86_400))
        #expect(try await bench.kinds(id) == [.accepted, .bounced])
        #expect(transport.attempts == 1)
    }

    @Test("A deferred delivery is tried again after each of the policy's delays, and given up after the last")
    func retries() async throws {
        transport.say { _, _ in ScriptedTransport.deferred }
        let id = await bench.accept()
        for (index, delay) in MailBench.delays.enumerated() {
            #expect(transport.attempts == index + 1)
            #expect(try await bench.pending().map(\.due) == [bench.time.now + delay])
            bench.loop.advance(by: delay - .nanoseconds(1))
            #expect(transport.attempts == index + 1)
            bench.loop.advance(by: .nanoseconds(1))
        }
        #expect(transport.attempts == 3)
        #expect(try await bench.kinds(id) == [.accepted, .deferred, .deferred, .softBounced])
        #expect(try await bench.store.message(id, content: false)?.recipients.map(\.attempts) == [3])
        #expect(try await bench.pending() == [])
    }

    @Test("A message for later is handed over when its time has come")
    func scheduled() async throws {
        await bench.accept(Fixture.message(due: Fixture.start + .seconds(100)))
        bench.loop.advance(by: .seconds(99))
        #expect(transport.attempts == 0)
        bench.loop.advance(by: .seconds(1))
        #expect(transport.attempts == 1)
    }

    @Test("Recipients of one message in one lane go together, others by themselves")
    func parcels() async throws {
        let id = await bench.accept(Fixture.message(Fixture.submission(to: ["a@x.net", "b@y.net", "c@x.net"])))
        #expect(
            transport.calls.sorted { $0.lane < $1.lane } == [
                .init(lane: LaneID("x.net"), parcels: [.init(message: id, recipients: [0, 2])]),
                .init(lane: LaneID("y.net"), parcels: [.init(message: id, recipients: [1])]),
            ])
    }

    @Test("Each recipient gets its own outcome")
    func outcomes() async throws {
        transport.say { _, recipient in
            [ScriptedTransport.accepted, ScriptedTransport.refused, ScriptedTransport.deferred][recipient]
        }
        let id = await bench.accept(Fixture.message(Fixture.submission(to: ["a@x.net", "b@x.net", "c@x.net"])))
        #expect(try await bench.states(id) == [.delivered, .bounced, .deferred])
    }

    @Test("While an attempt runs the message cannot be withdrawn, and it is shown as being sent")
    func running() async throws {
        transport.hold()
        let id = await bench.accept()
        let dispatcher = bench.dispatcher
        #expect(await dispatcher.isSending(id, recipients: 1))
        #expect(await dispatcher.sending(of: Fixture.owner) == 1)
        #expect(await dispatcher.sending(of: Tenant(account: Account.ID(2), origin: Fixture.personality)) == 0)
        #expect(await dispatcher.withdraw(id, recipients: 1) == nil)
        transport.release()
        #expect(await !dispatcher.isSending(id, recipients: 1))
        #expect(await dispatcher.sending(of: Fixture.owner) == 0)
        #expect(try await bench.states(id) == [.delivered])
    }

    @Test("A lane has as many sessions open as the transport takes, and no more")
    func sessions() async throws {
        let transport = ScriptedTransport(parcelsPerSession: 1, sessionsPerLane: 2)
        let bench = try MailBench(transport: transport)
        transport.hold()
        for _ in 0..<5 { await bench.accept() }
        bench.loop.ringDueTimers()
        #expect(transport.calls.count == 2)
        transport.release()
        bench.loop.ringDueTimers()
        #expect(transport.calls.count == 5 && transport.mostRunning == 2)
        #expect(try await bench.pending() == [])
    }

    @Test("An outcome that the store cannot take is offered until it can, without another attempt")
    func storeFails() async throws {
        transport.hold()
        let id = await bench.accept()
        bench.store.refuseNext([.storageUnavailable, .overloaded(retryAfter: .seconds(1)), .storageUnavailable])
        transport.release()
        for _ in 0..<3 {
            #expect(try await bench.pending().count == 1)
            #expect(await bench.dispatcher.isSending(id, recipients: 1))
            bench.loop.advance(by: KernelLimits.storageRetryDelay)
        }
        #expect(try await bench.states(id) == [.delivered])
        #expect(transport.attempts == 1)
        #expect(bench.log.contains(event: "settlement-postponed"))
    }

    @Test("A lease that expires is given to another session, and of two outcomes one is recorded")
    func expiry() async throws {
        let transport = ScriptedTransport(sessionsPerLane: 2)
        let bench = try MailBench(transport: transport)
        transport.hold()
        let id = await bench.accept()
        bench.loop.advance(by: KernelLimits.leaseDuration)
        #expect(transport.attempts == 2)
        transport.release()
        #expect(try await bench.kinds(id) == [.accepted, .transmitted, .delivered])
        let statistics = await bench.dispatcher.statistics()
        #expect(statistics.allSatisfy { $0.waiting == 0 && $0.leased == 0 })
    }

    @Test("Attempts are counted by their outcomes, and a delivery that was given up in its queue has failed")
    func outcomeCounts() async throws {
        let results = [ScriptedTransport.accepted, ScriptedTransport.deferred, ScriptedTransport.refused]
        transport.say { _, recipient in results[recipient] }
        await bench.accept(Fixture.message(Fixture.submission(to: ["a@x.net", "b@x.net", "c@x.net"])))
        var counts = await bench.dispatcher.figures().outcomes
        #expect(OutcomeCounts.Outcome.allCases.map { counts[$0] } == [1, 1, 1, 0])
        await bench.dispatcher.setPaused(LaneID("x.net"), true)
        bench.loop.advance(by: Fixture.retries.lifetime + .seconds(1))
        await bench.dispatcher.setPaused(LaneID("x.net"), false)
        counts = await bench.dispatcher.figures().outcomes
        #expect(OutcomeCounts.Outcome.allCases.map { counts[$0] } == [1, 1, 1, 1])
        #expect(await bench.dispatcher.figures().simulated == OutcomeCounts())
    }

    @Test("The last attempt's deferral counts as bounced")
    func softBounce() async throws {
        transport.say { _, _ in ScriptedTransport.deferred }
        await bench.accept()
        for delay in MailBench.delays { bench.loop.advance(by: delay) }
        let counts = await bench.dispatcher.figures().outcomes
        #expect(counts.deferred == 2 && counts.bounced == 1)
    }

    @Test("An attempt's line in the log has the message's number and what was answered, and no address")
    func attemptLine() async throws {
        transport.say { _, _ in
            .refused(
                AttemptResult(
                    classification: .invalidRecipient, code: 550, enhancedStatus: "5.1.1",
                    text: UserData("no ann here"), host: "mx:25"))
        }
        let id = await bench.accept()
        let line = try #require(bench.log.lines.first { $0.contains(#""event":"delivery""#) })
        #expect(
            line.hasSuffix(
                #""message":\#(id.value),"recipient":0,"lane":"destination","attempt":1,"outcome":"bounced","#
                    + #""class":"invalidRecipient","code":550,"status":"5.1.1"}"# + "\n"))
        #expect(!bench.log.lines.contains { $0.contains("example") || $0.contains("ann") })
    }

    @Test(
        "A lane is told by its kind, never by what callers named",
        arguments: [
            ("smarthost:mail.example:25", "smarthost"), ("capture", "capture"), ("example.net", "destination"),
            ("[IPv6:2001:db8::1]", "destination"), ("a:b", "a"), (":x", "destination"), ("", "destination"),
        ])
    func laneKind(name: String, kind: String) { #expect(LaneID(name).kind == OperatorText(kind)) }

    @Test("What was removed with its message is in no lane any more, and is not tried again")
    func removed() async throws {
        transport.say { _, _ in ScriptedTransport.deferred }
        let waiting = await bench.accept(Fixture.message(due: Fixture.start + .seconds(100)))
        bench.dispatcher.removed([DeliveryID(message: waiting, recipient: 0)])
        bench.loop.advance(by: .seconds(200))
        #expect(transport.attempts == 0)
        #expect(await bench.dispatcher.statistics().allSatisfy { $0.waiting == 0 })
        // One that goes while an attempt runs: its outcome applies to nothing, so there is no other attempt.
        transport.hold()
        let sending = await bench.accept()
        bench.dispatcher.removed([DeliveryID(message: sending, recipient: 0)])
        transport.release()
        bench.loop.advance(by: .seconds(86_400))
        #expect(transport.attempts == 1)
    }

    @Test("An outcome that applies to nothing is the last of its delivery")
    func gone() async throws {
        transport.say { _, _ in ScriptedTransport.deferred }
        transport.hold()
        let id = await bench.accept()
        _ = await bench.store.commit([.cancel(id, at: Fixture.start)])
        transport.release()
        bench.loop.advance(by: .seconds(86_400))
        #expect(transport.attempts == 1)
        #expect(await bench.dispatcher.statistics().allSatisfy { $0.waiting + $0.leased == 0 })
    }

    @Test("A paused lane keeps its deliveries until it is resumed, and other lanes go on")
    func paused() async throws {
        await bench.dispatcher.setPaused(LaneID("x.net"), true)
        await bench.accept(Fixture.message(Fixture.submission(to: ["a@x.net", "b@y.net"])))
        bench.loop.advance(by: .seconds(60))
        #expect(transport.calls.map(\.lane.name) == ["y.net"])
        await bench.dispatcher.setPaused(LaneID("x.net"), false)
        #expect(transport.calls.map(\.lane.name) == ["y.net", "x.net"])
    }

    @Test("A hurried message is tried at once")
    func expedited() async throws {
        let id = await bench.accept(Fixture.message(due: Fixture.start + .seconds(3600)))
        await bench.dispatcher.expedite(id, recipients: 1)
        #expect(try await bench.states(id) == [.delivered])
    }

    @Test("Draining waits for what runs, begins nothing more, and closes the transport")
    func drain() async throws {
        transport.hold()
        await bench.accept()
        let waiting = await bench.accept(Fixture.message(due: Fixture.start + .seconds(1)))
        // Immediate: it has come to the loop and begun to wait there when the next line runs.
        let draining = Task.immediate { [dispatcher = bench.dispatcher] in await dispatcher.drain() }
        bench.loop.advance(by: .seconds(10))
        #expect(transport.closes == 0)
        transport.release()
        await draining.value
        bench.loop.advance(by: .seconds(10))
        #expect(transport.attempts == 1 && transport.closes == 1)
        #expect(try await bench.states(waiting) == [.scheduled])
    }

    @Test("A wall clock that is set back or on loses no delivery", arguments: [-86_400, -1, 1, 86_400])
    func clockJump(seconds: Int) async throws {
        transport.say { _, _ in ScriptedTransport.deferred }
        let id = await bench.accept()
        transport.say { _, _ in ScriptedTransport.accepted }
        bench.time.jump(by: .seconds(seconds))
        bench.loop.advance(by: .seconds(60 + abs(seconds)))
        #expect(try await bench.states(id) == [.delivered])
    }
}

@Suite("Dispatcher in capture mode")
struct CaptureTests {
    private let bench: MailBench

    init() throws { bench = try MailBench(transport: nil) }

    @Test("Each delivery ends as it was decided at accept")
    func simulated() async throws {
        // What is due at once would end with its acceptance.
        let due = bench.time.now + .seconds(1)
        let captured = await bench.accept(Fixture.message(due: due, simulation: .delivered))
        let bounced = await bench.accept(Fixture.message(simulation: .reply(550)))
        let deferred = await bench.accept(Fixture.message(simulation: .timeout))
        bench.loop.advance(by: .seconds(1))
        #expect(try await bench.kinds(captured) == [.accepted, .transmitted, .delivered])
        #expect(try await bench.kinds(bounced) == [.accepted, .bounced])
        #expect(try await bench.kinds(deferred) == [.accepted, .deferred])
        let counts = await bench.dispatcher.figures().simulated
        #expect(OutcomeCounts.Outcome.allCases.map { counts[$0] } == [1, 1, 1, 0])
        #expect(await bench.dispatcher.figures().outcomes == OutcomeCounts())
    }

    @Test("A real delivery left from another mode is kept, and its neighbours end as decided")
    func mixed() async throws {
        let dispatcher = bench.dispatcher
        await dispatcher.setPaused(Dispatcher.captureLane, true)
        let captured = await bench.accept(Fixture.message(simulation: .delivered))
        let real = await bench.accept(Fixture.message(simulation: .none))
        await dispatcher.setPaused(Dispatcher.captureLane, false)
        #expect(try await bench.states(captured) == [.delivered])
        #expect(try await bench.states(real) == [.deferred])
    }

    @Test("A delivery of a test key is never handed to the transport")
    func testKey() async throws {
        let transport = ScriptedTransport()
        let bench = try MailBench(transport: transport)
        let id = await bench.accept(Fixture.message(Fixture.submission(to: ["a@capture"]), simulation: .delivered))
        let real = await bench.accept(Fixture.message(Fixture.submission(to: ["b@example.net"])))
        #expect(try await bench.states(id) == [.delivered])
        #expect(transport.calls.flatMap(\.parcels).map(\.message) == [real])
    }
}
