import Base
import Model

/// One thing of a message's head that most messages have not, behind its number. A number is never given to another
/// thing.
struct HeadExtra {
    enum Kind: Int {
        case template = 1
        case facet = 2
        case messageID = 3
        case division = 4
        case sandbox = 5
        case expiresAt = 6
        case keeping = 7
    }

    let kind: Kind
    let bytes: [UInt8]

    static func all(of submission: Submission) -> [HeadExtra] {
        var extras: [HeadExtra] = []
        if let template = submission.template {
            var writer = RecordWriter(reserving: 16)
            writer.integer(Int(template.template.value))
            writer.integer(template.version)
            extras.append(HeadExtra(kind: .template, bytes: writer.bytes))
        }
        if let facet = submission.facet { extras.append(HeadExtra(kind: .facet, bytes: facet)) }
        if let id = submission.messageID { extras.append(HeadExtra(kind: .messageID, bytes: Array(id.utf8))) }
        if submission.division != .perMessage {
            extras.append(HeadExtra(kind: .division, bytes: [submission.division.rawValue]))
        }
        if let wish = submission.sandbox { extras.append(HeadExtra(kind: .sandbox, bytes: [wish.rawValue])) }
        if let end = submission.expiresAt {
            extras.append(HeadExtra(kind: .expiresAt, bytes: Array(String(end.nanoseconds).utf8)))
        }
        if let keeping = submission.keeping {
            var writer = RecordWriter(reserving: 16)
            for age in [keeping.contents, keeping.message] { writer.optionalText(age.map { String($0.nanoseconds) }) }
            extras.append(HeadExtra(kind: .keeping, bytes: writer.bytes))
        }
        return extras
    }

    /// What a later version of the program wrote does not read back, as it may change what the rest means.
    static func read(kind: Int, _ bytes: [UInt8], into submission: inout Submission) throws(RecordError) {
        guard let kind = Kind(rawValue: kind) else { throw RecordError() }
        switch kind {
        case .template:
            var reader = RecordReader(bytes)
            submission.template = TemplateUse(
                template: Template.ID(Int64(try reader.integer())), version: try reader.integer())
        case .facet: submission.facet = bytes
        case .messageID: submission.messageID = String(decoding: bytes, as: UTF8.self)
        case .division: submission.division = try value(bytes.first.flatMap(Submission.Division.init))
        case .sandbox: submission.sandbox = try value(bytes.first.flatMap(Submission.Wish.init))
        case .expiresAt:
            submission.expiresAt = Instant(nanoseconds: try value(Int64(String(decoding: bytes, as: UTF8.self))))
        case .keeping:
            var reader = RecordReader(bytes)
            submission.keeping = Submission.Keeping(contents: try age(&reader), message: try age(&reader))
        }
    }

    private static func age(_ reader: inout RecordReader) throws(RecordError) -> Duration? {
        guard let text = try reader.optionalText() else { return nil }
        return .nanoseconds(try value(Int64(text)))
    }

    private static func value<Value>(_ value: Value?) throws(RecordError) -> Value {
        guard let value else { throw RecordError() }
        return value
    }
}
