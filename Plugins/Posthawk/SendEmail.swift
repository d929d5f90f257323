import AdapterKit
import Base
import Model

/// A body of `POST /v1/send` in which every field is in order. What is left to check needs the kernel.
struct SendEmail {
    /// Texts and subject as they were given.
    let content: Submission
    let templateID: String?
    /// nil: none were given, and then no text is looked at for placeholders.
    let variables: [String: String]?

    var sender: MailAddress { content.from }

    /// `mustSchedule`: a time is required. `zone` knows the clocks of time zones by their names.
    init(
        _ body: [UInt8], now: Instant, mustSchedule: Bool, zone: (String) async -> TimeZoneRules?
    ) async throws(KernelFailure) {
        var form = try Form(body)
        let templateID = form.text("templateId")
        let from = form.address("from", required: true)
        let to = form.addresses("to", required: true, maximum: PosthawkLimits.recipientsPerList)
        let cc = form.addresses("cc", maximum: PosthawkLimits.recipientsPerList)
        let bcc = form.addresses("bcc", maximum: PosthawkLimits.recipientsPerList)
        let replyTo = form.addresses("replyTo", maximum: PosthawkLimits.replyTo)
        if templateID == nil { form.requireContent() }
        let subject = form.subject("subject") ?? ""
        let (html, text) = (form.text("html"), form.text("text"))
        let variables = form.variables()
        let headers = form.boundedHeaders()
        var notes = form.notes()
        let timing = await form.timing(now: now, isRequired: mustSchedule, zone: zone)
        form.refuseWhatIsNotServed()
        try form.finish()
        // `finish` has thrown where it is absent; the compiler cannot know.
        guard let from else { throw .invalid(FieldFault("from", .missing)) }
        (notes.timezone, notes.scheduledFor) = (timing.timezone, timing.due)
        content = Submission(
            from: from, to: to, cc: cc, bcc: bcc, replyTo: replyTo, subject: subject, text: text, html: html,
            headers: headers, scheduledAt: timing.due, facet: notes.json)
        self.templateID = templateID
        self.variables = variables
    }

    /// The command for the kernel: what the caller gave, and the template's for the rest.
    func submission(_ call: Call) async throws(KernelFailure) -> Submission {
        var submission = content
        if let variables { try fill(&submission, variables, call.templates) }
        guard let templateID else { return submission }
        guard let id = call.ids.templates.id(in: templateID) else { throw .notFound(.template) }
        let rendered = try await call.templates.render(id, variables: variables ?? [:])
        submission.template = rendered.use
        if submission.subject.isEmpty { submission.subject = rendered.subject ?? "" }
        submission.html = submission.html ?? rendered.html
        submission.text = submission.text ?? rendered.text
        return submission
    }

    private func fill(
        _ submission: inout Submission, _ variables: [String: String], _ templates: TemplateDesk
    ) throws(KernelFailure) {
        submission.subject = try templates.fill(submission.subject, variables, as: .subject)
        if let html = submission.html { submission.html = try templates.fill(html, variables, as: .html) }
        if let text = submission.text { submission.text = try templates.fill(text, variables, as: .text) }
    }
}
