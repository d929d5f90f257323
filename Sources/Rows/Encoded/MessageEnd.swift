package import Base
import Model

/// When something of a message is to go by its caller's word.
package struct MessageEnd: Sendable, Equatable {
    /// The numbers are on disk.
    package enum Part: Int64, Sendable {
        case contents = 0
        case message = 1
    }

    package let part: Part
    package let at: Instant

    static func all(of keeping: Submission.Keeping, from start: Instant) -> [MessageEnd] {
        [(Part.contents, keeping.contents), (.message, keeping.message)].compactMap { part, age in
            age.map { MessageEnd(part: part, at: start + $0) }
        }
    }
}
