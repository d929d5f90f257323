import Base
import Model

/// What few submissions say, behind the rest of a message's head: a list of values with a number each, so that the next
/// ones need no other version.
enum MessageExtension {
    private enum Field: Int {
        case messageID = 1
        case division = 2
        case sandbox = 3
        case expiresAt = 4
        case metadataDays = 5
        case contentDays = 6
        case tracksOpens = 7
        case tracksClicks = 8
        case template = 9
        case templateVersion = 10
        case group = 11
    }

    static func write(_ submission: Submission, to writer: inout RecordWriter) {
        writer.list(values(of: submission)) { writer, value in
            writer.integer(value.field.rawValue)
            writer.text(value.text)
        }
    }

    private static func values(of submission: Submission) -> [(field: Field, text: String)] {
        var values: [(field: Field, text: String)] = []
        func add(_ field: Field, _ text: String?) {
            if let text { values.append((field, text)) }
        }
        add(.messageID, submission.messageID)
        add(.division, submission.division == .perMessage ? nil : String(submission.division.rawValue))
        add(.sandbox, submission.sandbox.map { String($0.rawValue) })
        add(.expiresAt, submission.expiresAt.map { String($0.nanoseconds) })
        add(.metadataDays, submission.retention?.metadataDays.map { String($0) })
        add(.contentDays, submission.retention?.contentDays.map { String($0) })
        add(.tracksOpens, submission.tracking?.opens.map { $0 ? "1" : "0" })
        add(.tracksClicks, submission.tracking?.clicks.map { $0 ? "1" : "0" })
        add(.template, submission.template.map { String($0.template) })
        add(.templateVersion, submission.template.map { String($0.version) })
        add(.group, submission.group.map { String($0) })
        return values
    }

    static func read(from reader: inout RecordReader, into submission: inout Submission) throws(RecordError) {
        let values = try reader.list { reader throws(RecordError) in (try reader.integer(), try reader.text()) }
        for (number, text) in values {
            // What a later version wrote cannot be carried out, and must not be passed over.
            guard let field = Field(rawValue: number) else { throw RecordError() }
            try take(field, text, into: &submission)
        }
    }

    private static func take(_ field: Field, _ text: String, into submission: inout Submission) throws(RecordError) {
        switch field {
        case .messageID: submission.messageID = text
        case .division:
            guard let division = UInt8(text).flatMap(Submission.Division.init) else { throw RecordError() }
            submission.division = division
        case .sandbox:
            guard let wish = UInt8(text).flatMap(Submission.Wish.init) else { throw RecordError() }
            submission.sandbox = wish
        case .expiresAt: submission.expiresAt = Instant(nanoseconds: try number(text))
        case .metadataDays: submission.retention.orMade.metadataDays = Int(try number(text))
        case .contentDays: submission.retention.orMade.contentDays = Int(try number(text))
        case .tracksOpens: submission.tracking.orMade.opens = text == "1"
        case .tracksClicks: submission.tracking.orMade.clicks = text == "1"
        case .template: submission.template = Submission.TemplateUse(template: try number(text), version: 0)
        case .templateVersion: submission.template?.version = Int(try number(text))
        case .group: submission.group = try number(text)
        }
    }

    private static func number(_ text: String) throws(RecordError) -> Int64 {
        guard let number = Int64(text) else { throw RecordError() }
        return number
    }
}

extension Submission {
    /// It says something that a `MessageExtension` holds.
    var hasExtension: Bool {
        messageID != nil || division != .perMessage || sandbox != nil || expiresAt != nil || retention != nil
            || tracking != nil || template != nil || group != nil
    }
}

/// Values that are made when their first member is set.
private protocol Emptiable {
    init()
}

extension Submission.Retention: Emptiable {
    fileprivate init() { self.init(metadataDays: nil) }
}

extension Submission.Tracking: Emptiable {
    fileprivate init() { self.init(opens: nil) }
}

extension Optional where Wrapped: Emptiable {
    fileprivate var orMade: Wrapped {
        get { self ?? Wrapped() }
        set { self = newValue }
    }
}
