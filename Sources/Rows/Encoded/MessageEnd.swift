public import Base
import Model

/// When something of a message is to go by its caller's word.
public struct MessageEnd: Sendable, Equatable {
    /// The numbers are on disk.
    public enum Part: Int64, Sendable {
        case contents = 0
        case message = 1
    }

    public let part: Part
    public let at: Instant

    static func all(of keeping: Submission.Keeping, from start: Instant) -> [MessageEnd] {
        [(Part.contents, keeping.contents), (.message, keeping.message)].compactMap { part, age in
            age.map { MessageEnd(part: part, at: start + $0) }
        }
    }
}
