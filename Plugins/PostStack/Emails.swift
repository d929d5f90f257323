import AdapterKit
import Base
import Model

/// What the routes under `/emails` do. The order of the checks in each is the contract's: the body's form, its values,
/// the sender's domain, the template, idempotency.
enum Emails {
    // MARK: Sending

    static func send(_ call: Call) async throws(KernelFailure) -> Answer {
        let email = try SendEmail(Form(call.body))
        try authorise(email, call)
        let submission = email.submission(try call.idempotencyKey { _ in email.idempotencyKey })
        let acceptance = try await call.mail.send(submission).run()
        return .object(.accepted, reservedBytes: AcceptedObject.bytesReserved, AcceptedObject(acceptance, call).write)
    }

    /// Each element has an outcome of its own, and the answer is 202 even if every one was refused.
    static func sendBatch(_ call: Call) async throws(KernelFailure) -> Answer {
        let elements = try batchElements(call.body)
        // A header that is no key is one for no element.
        _ = try call.idempotencyKey { _ in nil }
        let submissions = elements.enumerated().map { index, element in
            Result { () throws(KernelFailure) -> Submission in
                let email = try SendEmail(Form(element: element, at: index))
                try authorise(email, call)
                return email.submission(try call.idempotencyKey(element: index) { _ in email.idempotencyKey })
            }
        }
        let outcomes = try await call.mail.send(submissions.compactMap { try? $0.get() }).run()
        if let failure = commonFailure(of: outcomes) { throw failure }
        return batchAnswer(submissions, outcomes, call)
    }

    /// The sender's domain first, then the template.
    private static func authorise(_ email: SendEmail, _ call: Call) throws(KernelFailure) {
        try call.mail.authorise(sender: email.sender)
        // There are no templates yet, so no id names one.
        if email.templateID != nil { throw .notFound(.template) }
    }

    private static func batchElements(_ body: [UInt8]) throws(KernelFailure) -> [JSONValue] {
        var form = try Form(body)
        let elements = form.elements("emails", required: true)
        if elements.count > PostStackLimits.batchSize {
            form.note("emails", .count(minimum: 1, maximum: PostStackLimits.batchSize))
        }
        try form.finish()
        if elements.isEmpty { throw .invalid(FieldFault("emails", .missing)) }
        return elements
    }

    /// One transaction carries all elements. Where it failed, and that was our fault, the whole request failed, and the
    /// client will try it again.
    private static func commonFailure(of outcomes: [Result<Acceptance, KernelFailure>]) -> KernelFailure? {
        var common: KernelFailure?
        for outcome in outcomes {
            switch outcome {
            case .success: return nil
            case .failure(let failure) where Face.of(failure).status.isServerError: common = failure
            case .failure: break
            }
        }
        return common
    }

    private static func batchAnswer(
        _ submissions: [Result<Submission, KernelFailure>], _ outcomes: [Result<Acceptance, KernelFailure>],
        _ call: Call
    ) -> Answer {
        var outcomes = outcomes.makeIterator()
        return .object(.accepted, reservedBytes: BatchResult.bytesReserved * submissions.count) { answer in
            answer.array("data") { data in
                for submission in submissions {
                    let outcome = submission.flatMap { _ in
                        outcomes.next() ?? .failure(.internalError(incident: "batch without outcome"))
                    }
                    data.element(BatchResult(outcome, call))
                }
            }
        }
    }

    // MARK: Looking

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let query = call.query
        let page = PageNumber(query)
        let found = try await call.mail.messages(
            MessageFilter(query.text), Slice(offset: page.offset, limit: page.size))
        return .object(reservedBytes: EmailObject.bytesReserved * (found.items.count + 1)) { answer in
            answer.array("data") { data in
                for message in found.items {
                    data.element(EmailObject(message: message, publicID: call.publicID(of: message.id)))
                }
            }
            answer.member("meta", PageMeta(page: page.number, perPage: page.size, total: found.total ?? 0))
        }
    }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        let message = try await message(call)
        let email = EmailObject(message: message, publicID: call.publicID(of: message.id), isWhole: true)
        return .object(reservedBytes: email.bytesReserved) { $0.member("email", email) }
    }

    static func events(_ call: Call) async throws(KernelFailure) -> Answer {
        let message = try await message(call)
        return .object(reservedBytes: EventObject.bytesReserved * (message.events.count + 1)) { answer in
            answer.array("events") { $0.events(of: message) }
        }
    }

    static func insights(_ call: Call) async throws(KernelFailure) -> Answer {
        let message = try await message(call)
        return .object { $0.member("warnings", Insight.all(for: message.submission)) }
    }

    // MARK: Taking back and moving

    /// Takes no body, and looks at none.
    static func cancel(_ call: Call) async throws(KernelFailure) -> Answer {
        try await call.mail.cancel(message(call)).run()
        return .success
    }

    static func reschedule(_ call: Call) async throws(KernelFailure) -> Answer {
        var form = try Form(call.body)
        let due = form.instant("scheduled_at", required: true)
        try form.finish()
        // `finish` has thrown where it is absent; the compiler cannot know.
        guard let due else { throw .invalid(FieldFault("scheduled_at", .missing)) }
        try await call.mail.reschedule(message(call), to: due).run()
        return .success
    }

    // MARK: Pieces

    /// The caller's message that the path names. Whatever names none is not found; the form is never at fault.
    private static func message(_ call: Call) async throws(KernelFailure) -> Message {
        guard let id = call.messageID(call.parameter(0)) else { throw .notFound(.message) }
        return try await call.mail.message(id)
    }
}

extension Call {
    /// Both ids of an email name it: the public one, and the number that old clients use.
    fileprivate func messageID(_ text: String) -> Message.ID? {
        if let id = ids.messages.id(in: text) { return id }
        guard text.utf8.allSatisfy(ASCII.isDigit) else { return nil }
        return Int64(text).map(Message.ID.init)
    }

    fileprivate func publicID(of id: Message.ID) -> String { ids.messages.text(id) }
}

extension AcceptedObject {
    fileprivate init(_ acceptance: Acceptance, _ call: Call) {
        publicID = call.publicID(of: acceptance.message)
        replayed = acceptance.replayed
        testMode = call.caller?.mode == .test
    }
}

extension BatchResult {
    fileprivate init(_ outcome: Result<Acceptance, KernelFailure>, _ call: Call) {
        switch outcome {
        case .success(let acceptance):
            self = .accepted(
                AcceptedObject(publicID: call.publicID(of: acceptance.message), replayed: acceptance.replayed))
        case .failure(let failure): self = .refused(.of(failure))
        }
    }
}

extension Form {
    /// An element of a batch.
    fileprivate init(element: JSONValue, at index: Int) throws(KernelFailure) {
        guard element.kind == .object else { throw .invalid(FieldFault("emails[\(index)]", .wrongType)) }
        try self.init(element)
    }
}
