import AdapterKit
import Base
import Model
import Testing

@testable import Posthawk

/// The vendor's client raises an error at one member more, so these are compared to the letter.
@Suite("Posthawk JSON")
struct WireTests {
    @Test("What was accepted has the vendor's members, at once or scheduled")
    func accepted() {
        #expect(
            json(AcceptedObject(publicID: "x", scheduledFor: nil)) == """
                {"success":true,"scheduled":false,"jobId":"x","message":"Email queued for sending",\
                "statusUrl":"/v1/send/x"}
                """)
        #expect(
            json(AcceptedObject(publicID: "x", scheduledFor: Sample.now)) == """
                {"success":true,"scheduled":true,"id":"x","scheduledFor":"2026-07-01T08:30:00.123Z",\
                "message":"Email scheduled successfully","statusUrl":"/scheduled/x"}
                """)
    }

    @Test("A job has all of its members, null where there is nothing")
    func job() {
        let done = Job(
            Sample.message(transmittedAt: Sample.now), publicID: "x", messageID: "m@example.com")
        #expect(
            json(JobObject(job: done, publicID: "x", logID: "l")) == """
                {"jobId":"x","status":"completed","createdAt":"2026-07-01T08:30:00.123Z","progress":100,\
                "processedAt":"2026-07-01T08:30:00.123Z","result":{"success":true,"messageId":"m@example.com",\
                "emailLogId":"l"},"error":null}
                """)
        let waiting = Job(Sample.message(states: [.queued]), publicID: "x", messageID: "m")
        #expect(
            json(JobObject(job: waiting, publicID: "x", logID: "l")) == """
                {"jobId":"x","status":"pending","createdAt":"2026-07-01T08:30:00.123Z","progress":0,\
                "processedAt":null,"result":null,"error":null}
                """)
    }

    @Test("A scheduled row has the client's ten members")
    func scheduled() {
        var submission = Sample.submission
        let due = Sample.now + .seconds(60)
        submission.scheduledAt = due
        submission.cc = [Sample.address("c@example.net", name: "Cee")]
        var notes = SendNotes()
        notes.timezone = "Europe/Berlin"
        submission.facet = notes.json
        let message = Sample.message(submission, states: [.scheduled, .scheduled])
        let row = """
            {"id":"x","from_email":"hello@example.com","to_emails":["ann@example.net"],\
            "cc_emails":["c@example.net"],"bcc_emails":null,"subject":"Hi",\
            "scheduled_for":"2026-07-01T08:31:00.123Z","timezone":"Europe/Berlin","status":"scheduled",\
            "created_at":"2026-07-01T08:30:00.123Z"}
            """
        #expect(json(ScheduledObject(message: message, publicID: "x", now: Sample.now)) == row)
        #expect(
            json(ScheduledObject(message: message, publicID: "x", now: due))
                == row.replacing("\"scheduled\"", with: "\"sending\""))
    }

    @Test("A rendered template has the client's four members")
    func rendered() {
        let rendered = RenderedTemplate(
            subject: "Hi", html: nil, text: "t", use: TemplateUse(template: Template.ID(1), version: 1), missing: ["x"])
        #expect(
            json { RenderedObject(rendered: rendered).write(&$0) }
                == #"{"success":true,"subject":"Hi","html":null,"text":"t"}"#)
    }

    @Test("A queue has its five counters")
    func queue() {
        let counts = MailCounts(waiting: 1, active: 2, completed: 3, failed: 4, delayed: 5)
        #expect(
            json(QueueObject(counts: counts))
                == #"{"waiting":1,"active":2,"completed":3,"failed":4,"delayed":5}"#)
    }

    @Test("A domain has its members, and its records exactly four each")
    func domain() {
        let domain = MailDomain(
            id: MailDomain.ID(1), account: Account.ID(1), name: "example.com", sending: .verified,
            createdAt: Sample.now, verifiedAt: Sample.now, signingKeys: [])
        let record = DNSRecord(
            type: "TXT", name: "posthawk._domainkey.example.com", value: "v", purpose: "dkim", seen: true)
        let row = DomainObject(
            domain: domain, publicID: "x", records: [record], limits: DomainLimits(daily: 1000, monthly: nil))
        #expect(
            json(row) == """
                {"id":"x","domain":"example.com","ses_region":"us-east-1","ses_identity_status":"verified",\
                "dkim_status":"verified","dkim_verified":true,"spf_verified":false,"sending_enabled":true,\
                "receiving_enabled":false,"webhook_url":null,"webhook_secret":null,"verification_attempts":0,\
                "last_checked_at":null,"dns_records":[{"type":"TXT","name":"posthawk._domainkey.example.com",\
                "value":"v","purpose":"dkim"}],"max_daily_emails":1000,"max_monthly_emails":null,\
                "created_at":"2026-07-01T08:30:00.123Z","updated_at":"2026-07-01T08:30:00.123Z"}
                """)
    }
}
