import AdapterKit
import Base
import Model

/// What the routes under `/v1/send`, `/v1/render` and `/v1/queue` do. The order of the checks is the contract's: the
/// body with all that is wrong with it, the sender's domain, the template, quotas and suppressions.
enum Sends {
    static func send(_ call: Call) async throws(KernelFailure) -> Plan<Answer> {
        try await accept(call, mustSchedule: false)
    }

    /// One message, and the answer about it in the same commit. `mustSchedule`: a time is required.
    static func accept(_ call: Call, mustSchedule: Bool) async throws(KernelFailure) -> Plan<Answer> {
        let email = try await SendEmail(call.body, now: call.now, mustSchedule: mustSchedule) { name in
            await call.timeZone(name)
        }
        try call.mail.authorise(sender: email.sender)
        let submission = try await email.submission(call)
        let ids = call.ids
        return try call.mail.send(submission).map { acceptance in
            .object(
                .created,
                AcceptedObject(
                    publicID: ids.messages.text(acceptance.message), scheduledFor: submission.scheduledAt
                ).write)
        }
    }

    /// A scheduled email is a job too, and waits.
    static func job(_ call: Call) async throws(KernelFailure) -> Answer {
        guard let id = call.ids.messages.id(in: call.parameter(0)) else { throw .notFound(.job) }
        let message: Message
        do throws(KernelFailure) {
            message = try await call.mail.message(id)
        } catch .notFound {
            throw .notFound(.job)
        }
        let publicID = call.ids.messages.text(id)
        let job = Job(message, publicID: publicID, messageID: call.ids.messageID(of: message))
        let logs = call.ids.records(PublicID.log, of: Message.self)
        return .object(.ok, JobObject(job: job, publicID: publicID, logID: logs.text(id)).write)
    }

    static func render(_ call: Call) async throws(KernelFailure) -> Answer {
        var form = try Form(call.body)
        let templateID = form.string("templateId", required: true)
        let variables = form.variables()
        try form.finish()
        guard let id = templateID.flatMap({ call.ids.templates.id(in: $0) }) else { throw .notFound(.template) }
        let rendered = try await call.templates.render(id, variables: variables ?? [:])
        return .object(.ok, RenderedObject(rendered: rendered).write)
    }

    static func queueStatistics(_ call: Call) async throws(KernelFailure) -> Answer {
        .object(.ok, QueueObject(counts: try await call.mail.counts()).write)
    }
}
