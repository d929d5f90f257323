import AdapterKit
import Base
import Model

/// What the routes under `/scheduled` do. Whether an email may still be taken back or moved is decided by who sends it,
/// at one place: a cancel that was acknowledged is never followed by a send.
enum Schedules {
    static func create(_ call: Call) async throws(KernelFailure) -> Plan<Answer> {
        try await Sends.accept(call, mustSchedule: true)
    }

    // MARK: Looking

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let query = call.query
        let excerpt = Excerpt(query)
        let filter = try filter(query.text("status") ?? "", now: call.now)
        let found = try await call.mail.messages(filter, Slice(offset: excerpt.offset, limit: excerpt.limit))
        return .object(reservedBytes: ScheduledObject.bytesReserved * (found.items.count + 1)) { answer in
            answer.member("success", true)
            answer.array("data") { data in
                for message in found.items { data.element(row(message, call)) }
            }
            answer.member("total", found.total ?? 0)
        }
    }

    private static func filter(_ word: String, now: Instant) throws(KernelFailure) -> MessageFilter {
        if word.isEmpty {
            var filter = MessageFilter()
            filter.isScheduled = true
            return filter
        }
        if let status = ScheduleStatus(word: word) { return status.filter(now: now) }
        let words = ScheduleStatus.allCases.map(\.rawValue)
        throw .invalid(FieldFault("status", .oneOf(words), location: .query, value: UserData(word)))
    }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer { .data(row(try await message(call), call)) }

    /// Apart from the email itself, as clients refuse a member more there.
    static func auditLog(_ call: Call) async throws(KernelFailure) -> Answer {
        let message = try await message(call)
        let original = SendNotes(message.submission.facet).scheduledFor
        return .object { answer in
            answer.member("success", true)
            answer.array("data") { data in
                for entry in AuditEntry.all(of: message, original: original) { data.element(AuditObject(entry: entry)) }
            }
        }
    }

    // MARK: Taking back and moving

    static func cancel(_ call: Call) async throws(KernelFailure) -> Answer {
        // Until somebody has begun to send it a cancel prevails, also when its time has come.
        let message = try await message(call)
        try await changing(message, .cancel, isOpen: message.state == .scheduled) { () async throws(KernelFailure) in
            try await call.mail.cancel(message).run()
        }
        return .object { answer in
            answer.member("success", true)
            answer.member("message", "Scheduled email cancelled successfully")
        }
    }

    static func reschedule(_ call: Call) async throws(KernelFailure) -> Answer {
        var form = try Form(call.body)
        let timing = await form.timing(now: call.now, isRequired: true) { name in await call.timeZone(name) }
        try form.finish()
        guard let due = timing.due else { throw .invalid(FieldFault("scheduledFor", .missing)) }
        return try await move(call, to: due, .reschedule)
    }

    /// Takes no body, and looks at none.
    static func sendNow(_ call: Call) async throws(KernelFailure) -> Answer {
        try await move(call, to: call.now, .send)
    }

    private static func move(
        _ call: Call, to due: Instant, _ operation: Operation
    ) async throws(KernelFailure) -> Answer {
        let message = try await message(call)
        let status = ScheduleStatus(message, now: call.now)
        try await changing(message, operation, isOpen: status == .scheduled) { () async throws(KernelFailure) in
            try await call.mail.reschedule(message, to: due).run()
        }
        let moved = try await self.message(call)
        // What is sent now is due now, by a clock that is a moment ahead of the request's.
        let isDue = operation == .send
        return .data(row(moved, call, now: isDue ? moved.submission.scheduledAt.map { max($0, call.now) } : nil))
    }

    /// An email that is on its way is left alone; one that goes meanwhile, too.
    private static func changing(
        _ message: Message, _ operation: Operation, isOpen: Bool, _ change: () async throws(KernelFailure) -> Void
    ) async throws(KernelFailure) {
        guard isOpen else {
            let isEnded = message.state.isFinal
            throw .wrongState(.scheduled, state: isEnded ? .ended : .underWay, operation: operation)
        }
        do throws(KernelFailure) {
            try await change()
        } catch .wrongState(_, let state, _) {
            throw .wrongState(.scheduled, state: state, operation: operation)
        }
    }

    // MARK: Pieces

    /// The caller's scheduled email that the path names. Whatever names none is not found; the form is never at fault.
    private static func message(_ call: Call) async throws(KernelFailure) -> Message {
        guard let id = call.ids.messages.id(in: call.parameter(0)) else { throw .notFound(.scheduled) }
        do throws(KernelFailure) {
            let message = try await call.mail.message(id)
            guard message.submission.scheduledAt != nil else { throw .notFound(.scheduled) }
            return message
        } catch .notFound {
            throw .notFound(.scheduled)
        }
    }

    /// `now`: by which it is judged whether the email's time has come; nil: the request's.
    private static func row(_ message: Message, _ call: Call, now: Instant? = nil) -> ScheduledObject {
        ScheduledObject(message: message, publicID: call.ids.messages.text(message.id), now: now ?? call.now)
    }
}
