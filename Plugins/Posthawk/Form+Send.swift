import AdapterKit
import Base
import Model

/// The fields of a send that other dialects have not.
extension Form {
    /// A text; the empty one is as good as none, as the vendor's clients send every field.
    mutating func text(_ field: StaticString) -> String? { string(field).flatMap { $0.isEmpty ? nil : $0 } }

    private func isEmpty(_ field: StaticString) -> Bool {
        guard let value = value(field) else { return true }
        return value.string?.isEmpty == true
    }

    /// Without a template a send has a subject, and a body of one kind or both.
    mutating func requireContent() {
        if isEmpty("subject") { note("subject", .missing) }
        if isEmpty("html"), isEmpty("text") { note("html", .missing) }
    }

    mutating func boundedHeaders() -> [Submission.HeaderField] {
        let headers = headers("headers")
        if headers.count > PosthawkLimits.headers {
            note("headers", .count(minimum: 0, maximum: PosthawkLimits.headers))
        }
        return headers
    }

    /// nil where none are given.
    mutating func variables() -> [String: String]? {
        guard has("variables") else { return nil }
        let pairs = stringMap("variables")
        if pairs.count > PosthawkLimits.variables {
            note("variables", .count(minimum: 0, maximum: PosthawkLimits.variables))
        }
        return Dictionary(pairs.map { ($0.name, $0.value) }) { $1 }
    }

    /// What is kept as it is.
    mutating func notes() -> SendNotes {
        var notes = SendNotes()
        notes.metadata = keptObject("metadata")
        notes.tags = keptObject("tags")
        if (notes.metadata?.count ?? 0) + (notes.tags?.count ?? 0) > PosthawkLimits.notesBytes {
            note("metadata", .size(maximum: PosthawkLimits.notesBytes))
        }
        return notes
    }

    private mutating func keptObject(_ field: StaticString) -> [UInt8]? {
        guard let value = value(field) else { return nil }
        guard value.kind == .object else {
            note(field, .wrongType)
            return nil
        }
        return JSONText.compact(value)
    }

    /// Fields that ask for what is not served, refused by their names: a mail without its attachment is worse than
    /// none.
    mutating func refuseWhatIsNotServed() {
        if value("attachments")?.elements?.contains(where: { _ in true }) ?? has("attachments") {
            note("attachments", .forbidden(because: "attachments are not taken here"))
        }
        if has("tag") { note("tag", .forbidden(because: "there are no contacts here")) }
        if has("react") { note("react", .forbidden(because: "render it to html before")) }
    }
}

/// When a message is to go.
struct Timing: Equatable {
    /// nil: at once.
    var due: Instant?
    var timezone: String?
}

extension Form {
    /// `scheduledFor` with its `timezone`, which is the clock of a time without an offset; UTC without one.
    mutating func timing(
        now: Instant, isRequired: Bool, zone: (String) async -> TimeZoneRules?
    ) async -> Timing {
        let timezone = string("timezone")
        var rules: TimeZoneRules?
        if let timezone {
            rules = await zone(timezone)
            if rules == nil { note(FieldFault("timezone", .timezone, value: UserData(timezone))) }
            if !has("scheduledFor") { note("timezone", .requires(other: "scheduledFor")) }
        }
        return Timing(due: time("scheduledFor", rules, now: now, isRequired: isRequired), timezone: timezone)
    }

    /// A time ahead, as far as the vendor allows.
    private mutating func time(
        _ field: StaticString, _ rules: TimeZoneRules?, now: Instant, isRequired: Bool
    ) -> Instant? {
        guard let text = string(field, required: isRequired) else { return nil }
        guard let due = Instant(rfc3339: text) ?? Self.local(text, rules) else {
            note(FieldFault("\(field)", .timestamp, value: UserData(text)))
            return nil
        }
        if due <= now || due > now + PosthawkLimits.scheduleAhead {
            note(field, .future(maximum: PosthawkLimits.scheduleAhead))
        }
        return due
    }

    private static func local(_ text: String, _ rules: TimeZoneRules?) -> Instant? {
        guard let local = Instant(rfc3339: text, naiveOffsetSeconds: 0) else { return nil }
        return rules?.instant(local: local) ?? local
    }
}
