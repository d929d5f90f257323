import AdapterKit
import Base
import Model
import Testing

@testable import Posthawk

@Suite("Posthawk words")
struct MappingTests {
    @Test("States are jobs' and schedules' words")
    func states() {
        let words: [(Recipient.State, JobStatus, ScheduleStatus)] = [
            (.scheduled, .pending, .scheduled), (.queued, .pending, .sending), (.sending, .processing, .sending),
            (.deferred, .processing, .sending), (.delivered, .completed, .sent), (.bounced, .completed, .sent),
            (.failed, .failed, .failed), (.suppressed, .failed, .failed), (.cancelled, .failed, .cancelled),
            (.complained, .completed, .sent),
        ]
        #expect(words.count == Recipient.State.allCases.count)
        for (state, job, schedule) in words {
            #expect(JobStatus(state) == job && ScheduleStatus(state) == schedule, "\(state)")
        }
        let filters = ScheduleStatus.allCases.map { $0.filter(now: Sample.now) }
        #expect(filters.allSatisfy { $0.isScheduled })
        #expect(Set(filters.flatMap { $0.states ?? [] }) == Set(Recipient.State.allCases))
        #expect(ScheduleStatus(word: "pending") == .scheduled && ScheduleStatus(word: "processing") == .sending)
        #expect(ScheduleStatus(word: "sent") == .sent && ScheduleStatus(word: "queued") == nil)
    }

    // MARK: Jobs

    @Test("A job that was handed over has its result, one with a test key an identity that says so")
    func completedJob() {
        let message = Sample.message(transmittedAt: Sample.now + .seconds(1))
        let job = Job(message, publicID: Sample.id, messageID: "m@example.com")
        #expect(job.status == .completed && job.progress == 100 && job.messageID == "m@example.com")
        #expect(job.processedAt == Sample.now + .seconds(1) && job.error == nil)
        let test = Job(Sample.message(mode: .test), publicID: Sample.id, messageID: "m@example.com")
        #expect(test.messageID == "sandbox-1782894600123-0d0f6c1e")
    }

    @Test("A job tells how many of its recipients it is done with, and the server's words about one that it refused")
    func partialJob() {
        var submission = Sample.submission
        submission.cc = [Sample.address("b@example.net"), Sample.address("c@example.net")]
        let message = Sample.message(
            submission, states: [.delivered, .bounced, .queued],
            events: [
                Sample.event(.accepted, recipient: nil), Sample.event(.bounced, recipient: 1, attempt: Sample.refusal),
            ])
        let job = Job(message, publicID: Sample.id, messageID: "m")
        #expect(job.status == .completed && job.progress == 66 && job.error == "no such user")
        let waiting = Job(Sample.message(states: [.queued]), publicID: Sample.id, messageID: "m")
        #expect(waiting.status == .pending && waiting.progress == 0 && waiting.messageID == nil)
        let cancelled = Job(
            Sample.message(states: [.cancelled], events: [Sample.event(.cancelled, recipient: nil)]),
            publicID: Sample.id, messageID: "m")
        #expect(cancelled.status == .failed && cancelled.error == "cancelled" && cancelled.messageID == nil)
    }

    // MARK: Bodies

    private static let outOfRange = "scheduledFor must be in the future and at most 30 days ahead"
    private let whole = #"{"from":"Acme <hello@example.com>","to":["ann@example.net"],"subject":"Hi","text":"Hello."}"#

    @Test("A body comes to a submission; one recipient need not be a list")
    func body() async throws {
        let email = try await Self.email(whole)
        #expect(email.content.from == Sample.address("hello@example.com", name: "Acme"))
        #expect(email.content.to == [Sample.address("ann@example.net")] && email.content.text == "Hello.")
        #expect(email.content.facet == nil && email.content.scheduledAt == nil && email.variables == nil)
        let one = #"{"from":"a@example.com","to":"b@example.net","subject":"","templateId":"t","variables":{"a":"b"}}"#
        let templated = try await Self.email(one)
        #expect(templated.content.to.count == 1 && templated.templateID == "t" && templated.variables == ["a": "b"])
    }

    private static func email(_ body: String) async throws -> SendEmail { try await PosthawkTests.email(body) }

    @Test("What is kept beside the message is kept as it was sent")
    func notes() async throws {
        let body =
            String(whole.dropLast())
            + #","metadata": {"a" : [1.0, {"b":null}]},"tags":{"type":"x"},"#
            + #""scheduledFor":"2026-07-02T09:00:00","timezone":"America/New_York"}"#
        let email = try await Self.email(body)
        let notes = SendNotes(email.content.facet)
        #expect(notes.metadata.map { String(decoding: $0, as: UTF8.self) } == #"{"a":[1.0,{"b":null}]}"#)
        #expect(notes.tags.map { String(decoding: $0, as: UTF8.self) } == #"{"type":"x"}"#)
        #expect(notes.timezone == "America/New_York")
        #expect(notes.scheduledFor == Instant(rfc3339: "2026-07-02T13:00:00Z"))
        #expect(email.content.scheduledAt == notes.scheduledFor)
        #expect(SendNotes(Array("no json".utf8)) == SendNotes())
    }

    @Test(
        "Times are taken with microseconds and an offset, or without any by a zone's clocks or UTC",
        arguments: [
            ("2026-07-02T09:00:00.163189+00:00", nil, "2026-07-02T09:00:00.163189Z"),
            ("2026-07-02T09:00:00", nil, "2026-07-02T09:00:00Z"),
            ("2026-07-02T09:00:00", "America/New_York", "2026-07-02T13:00:00Z"),
            ("2026-07-02T09:00:00.5+02:00", "America/New_York", "2026-07-02T07:00:00.5Z"),
            ("2026-07-31T08:30:00.123Z", nil, "2026-07-31T08:30:00.123Z"),
        ] as [(String, String?, String)])
    func times(text: String, zone: String?, expected: String) async throws {
        let zoneMember = zone.map { #","timezone":"\#($0)""# } ?? ""
        let email = try await Self.email(String(whole.dropLast()) + #","scheduledFor":"\#(text)"\#(zoneMember)}"#)
        #expect(email.content.scheduledAt == Instant(rfc3339: expected))
    }

    @Test(
        "A time that is past, too far ahead or none at all, and a zone that is not known, are refused",
        arguments: [
            (#""scheduledFor":"2026-07-01T08:30:00.123Z""#, outOfRange),
            (#""scheduledFor":"2026-07-31T08:30:00.124Z""#, outOfRange),
            (#""scheduledFor":"tomorrow""#, #"Invalid date in "scheduledFor": tomorrow"#),
            (
                #""scheduledFor":"2026-07-02T09:00:00","timezone":"Mars/Base""#,
                #"Invalid timezone in "timezone": Mars/Base"#
            ), (#""timezone":"America/New_York""#, "timezone requires scheduledFor"),
        ])
    func badTimes(members: String, sentence: String) async {
        #expect(await faults(String(whole.dropLast()) + "," + members + "}") == [sentence])
    }

    @Test("All that is wrong with a body is told, what is absent first")
    func allFaults() async {
        #expect(
            await faults(#"{"to":["x","b@example.net"],"html":5,"cc":["y"],"scheduledFor":"no"}"#) == [
                "Missing required field: from", "Missing required field: subject", "Invalid type: html",
                #"Invalid email address in "to": x"#, #"Invalid email address in "cc": y"#,
                #"Invalid date in "scheduledFor": no"#,
            ])
        #expect(await faults("[]") == ["Invalid JSON body"])
        #expect(
            await faults("{}", mustSchedule: true) == [
                "Missing required field: from", "Missing required field: to", "Missing required field: subject",
                "Missing required field: html", "Missing required field: scheduledFor",
            ])
    }

    @Test("Without a template a subject and a body are needed, and empty ones are none")
    func emptyTexts() async {
        #expect(
            await faults(#"{"from":"a@example.com","to":"b@example.net","subject":"","html":"","text":""}"#) == [
                "Missing required field: subject", "Missing required field: html",
            ])
        #expect(await faults(#"{"from":"a@example.com","to":"b@example.net","subject":"","templateId":"t"}"#) == [])
    }

    @Test(
        "What would be left out of the mail is refused by its name, unless nothing is asked for",
        arguments: [
            (#""attachments":[{"filename":"a"}]"#, "attachments"), (#""tag":"vip""#, "tag"), (#""react":{}"#, "react"),
        ])
    func notServed(member: String, name: String) async {
        let sentences = await faults(String(whole.dropLast()) + "," + member + "}")
        #expect(sentences.count == 1 && sentences[0].hasPrefix("\(name) is not supported: "))
        #expect(await faults(String(whole.dropLast()) + #","attachments":[],"tag":null}"#) == [])
    }

    // MARK: The audit log

    @Test("The audit log tells every change of state with its time")
    func auditLog() {
        let due = Sample.now + .seconds(3600)
        let message = Sample.message(events: [
            Sample.event(.accepted, recipient: nil), Sample.event(.rescheduled, recipient: nil, due: due),
            Sample.event(.deferred, attempt: Sample.refusal), Sample.event(.transmitted), Sample.event(.delivered),
        ])
        let entries = AuditEntry.all(of: message, original: Sample.now)
        #expect(entries.map(\.action) == ["scheduled", "rescheduled", "deferred", "sent"])
        #expect(entries.map(\.status) == [.scheduled, .scheduled, .sending, .sent])
        #expect(entries.map(\.scheduledFor) == [Sample.now, due, nil, nil])
        #expect(entries.map(\.recipient) == [nil, nil, "ann@example.net", "ann@example.net"])
    }
}
