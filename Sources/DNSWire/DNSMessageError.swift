/// Why bytes are no DNS message that we understand.
public enum DNSMessageError: Error, Hashable, Sendable {
    /// It ends in the middle of something.
    case cut
    /// A name that is too long, points forwards or at itself, or uses a kind of label that nobody does.
    case name
    /// The data of a record is longer or shorter than its type says.
    case recordLength
    /// Not an answer to a standard query.
    case notAnAnswer
    /// More records than `DNSLimits.recordsMax`, or two that may be there once.
    case tooMany
}
