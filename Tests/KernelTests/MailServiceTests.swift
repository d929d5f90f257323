import Base
import Kernel
import Model
import Ports
import TestKit
import Testing

@Suite("Mail service")
struct MailServiceTests {
    private let transport = ScriptedTransport()
    private let bench: MailBench
    private let principal = Principal(Fixture.key())

    init() throws {
        bench = try MailBench(
            transport: transport,
            directory: Fixture.directory(
                accounts: [Fixture.account(1), Fixture.account(2)],
                domains: [
                    Fixture.domain(1), Fixture.domain(2, name: "pending.example", sending: .pending),
                    Fixture.domain(3, account: 2, name: "other.example"),
                ]))
    }

    private func send(_ submissions: Submission..., by principal: Principal? = nil) async throws -> [Result<
        Acceptance, KernelFailure
    >] {
        defer { bench.gather() }
        return try await bench.service.send(submissions, by: principal ?? self.principal, rule: Fixture.byMessage).run()
    }

    /// The message that was accepted as this one in the row, from 1 on.
    private func message(_ place: Int) async throws -> Message {
        try #require(try await bench.service.message(id(place), of: Fixture.owner))
    }

    private func id(_ place: Int) throws -> Message.ID {
        try #require(bench.store.messageIDs.dropFirst(place - 1).first)
    }

    private func accepted(_ place: Int, replayed: Bool = false) throws -> Result<Acceptance, KernelFailure> {
        .success(Acceptance(message: try id(place), replayed: replayed))
    }

    @Test(
        "A sender's domain must be the account's, proven, and open to the key",
        arguments: [
            ("a@example.com", [], nil), ("a@example.com", ["example.com"], nil),
            (
                "a@example.com", ["pending.example"],
                KernelFailure.domainNotPermitted(domain: "example.com", action: nil)
            ),
            ("a@other.example", [], .domainUnknown(UserData("other.example"), role: .sender)),
            ("a@pending.example", [], .domainUnverified(UserData("pending.example"), role: .sender)),
            ("a@pending.example", ["example.com"], .domainUnverified(UserData("pending.example"), role: .sender)),
        ] as [(String, [String], KernelFailure?)])
    func authorise(from: String, domains: [String], expected: KernelFailure?) {
        var found: KernelFailure?
        do throws(KernelFailure) {
            let sender = Fixture.address(from)
            let domain = try bench.service.authorise(sender: sender, for: Principal(Fixture.key(domains: domains)))
            #expect(domain.name == sender.domain)
        } catch {
            found = error
        }
        #expect(found == expected)
    }

    @Test("Each submission has its own outcome, in order")
    func batch() async throws {
        let results = try await send(
            Fixture.submission(), Fixture.submission(from: "a@nowhere.example"), Fixture.submission(to: []),
            Fixture.submission())
        #expect(
            try results == [
                accepted(1),
                .failure(.domainUnknown(UserData("nowhere.example"), role: .sender)),
                .failure(.invalid(FieldFault("to", .count(minimum: 1, maximum: PortLimits.recipientsPerMessage)))),
                accepted(2),
            ])
    }

    @Test("What the store refuses is refused, and nothing is sent")
    func storeRefuses() async throws {
        bench.store.refuseNext([.storageUnavailable])
        #expect(try await send(Fixture.submission()) == [.failure(.storageUnavailable)])
        #expect(transport.attempts == 0)
    }

    @Test("A key used again with the same request is a replay, with another one a mismatch")
    func idempotency() async throws {
        let first = Fixture.submission(idempotencyKey: "k")
        #expect(try await send(first) == [accepted(1)])
        #expect(try await send(first) == [accepted(1, replayed: true)])
        let other = Fixture.submission(subject: "other", idempotencyKey: "k")
        #expect(try await send(other) == [.failure(.idempotencyMismatch)])
        #expect(transport.attempts == 1)
    }

    @Test("Keys of test mode and of live mode are apart")
    func idempotencyByMode() async throws {
        let submission = Fixture.submission(idempotencyKey: "k")
        let test = Principal(Fixture.key(mode: .test))
        #expect(try await send(submission) == [accepted(1)])
        #expect(try await send(submission, by: test) == [accepted(2)])
    }

    @Test("A message of a test key is delivered without being sent")
    func testMode() async throws {
        _ = try await send(Fixture.submission(), by: Principal(Fixture.key(mode: .test)))
        #expect(try await message(1).state == .delivered)
        #expect(transport.attempts == 0)
    }

    @Test("A message for a past time is due now")
    func pastSchedule() async throws {
        _ = try await send(Fixture.submission(scheduledAt: Fixture.start - .seconds(60)))
        #expect(try await message(1).state == .delivered)
    }

    @Test("Another account's and another personality's messages are not there")
    func owners() async throws {
        _ = try await send(Fixture.submission())
        for owner in [
            Tenant(account: Account.ID(2), origin: Fixture.personality),
            Tenant(account: Account.ID(1), origin: Fixture.otherPersonality),
        ] {
            #expect(try await bench.service.message(id(1), of: owner) == nil)
        }
    }

    @Test("A message whose attempt runs is shown as being sent, also one that was scheduled")
    func sending() async throws {
        transport.hold()
        _ = try await send(Fixture.submission(), Fixture.submission(scheduledAt: Fixture.start + .seconds(60)))
        #expect(try await message(1).state == .sending)
        #expect(try await message(2).state == .scheduled)
        transport.release()
        transport.hold()
        bench.loop.advance(by: .seconds(60))
        #expect(try await message(2).state == .sending)
        transport.release()
    }

    @Test("A message that waits can be taken back, and is never sent")
    func cancel() async throws {
        _ = try await send(Fixture.submission(scheduledAt: Fixture.start + .seconds(60)))
        try await bench.service.cancel(try await message(1)).run()
        bench.loop.advance(by: .seconds(3600))
        #expect(try await message(1).state == .cancelled)
        #expect(transport.attempts == 0)
        await #expect(throws: KernelFailure.wrongState(.message, state: .ended, operation: .cancel)) {
            try await bench.service.cancel(try await message(1)).run()
        }
    }

    @Test("A message that is being sent cannot be taken back, and ends as sent")
    func cancelTooLate() async throws {
        transport.hold()
        _ = try await send(Fixture.submission())
        await #expect(throws: KernelFailure.wrongState(.message, state: .underWay, operation: .cancel)) {
            try await bench.service.cancel(try await message(1)).run()
        }
        transport.release()
        #expect(try await message(1).state == .delivered)
    }

    @Test("A cancel that could not be made durable leaves the message to be sent", arguments: [false, true])
    func cancelFails(reschedules: Bool) async throws {
        _ = try await send(Fixture.submission(scheduledAt: Fixture.start + .seconds(60)))
        let message = try await message(1)
        bench.store.refuseNext([.storageUnavailable])
        await #expect(throws: KernelFailure.storageUnavailable) {
            if reschedules {
                try await bench.service.reschedule(message, to: Fixture.start + .seconds(7200)).run()
            } else {
                try await bench.service.cancel(message).run()
            }
        }
        bench.loop.advance(by: .seconds(60))
        #expect(transport.attempts == 1)
    }

    @Test("A moved message is sent at its new time and not at its old one")
    func reschedule() async throws {
        _ = try await send(Fixture.submission(scheduledAt: Fixture.start + .seconds(60)))
        try await bench.service.reschedule(try await message(1), to: Fixture.start + .seconds(120)).run()
        bench.loop.advance(by: .seconds(119))
        #expect(transport.attempts == 0)
        bench.loop.advance(by: .seconds(1))
        #expect(transport.attempts == 1)
    }

    @Test("A message moved into the past is sent now")
    func rescheduleToPast() async throws {
        _ = try await send(Fixture.submission(scheduledAt: Fixture.start + .seconds(60)))
        try await bench.service.reschedule(try await message(1), to: Fixture.start - .seconds(120)).run()
        #expect(try await message(1).state == .delivered)
    }
}
