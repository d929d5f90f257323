public import Model

/// What a refusal means for the mail and for the address.
public struct RefusalVerdict: Sendable, Equatable {
    public var classification: AttemptResult.Class
    /// Trying the same again is pointless (RFC 5321 §4.2.1).
    public var isPermanent: Bool

    /// There is positive evidence that the mailbox or its domain does not exist: nothing else suppresses an address.
    public var suppresses: Bool { isPermanent && classification.meansBadAddress }

    public init(_ classification: AttemptResult.Class, isPermanent: Bool) {
        self.classification = classification
        self.isPermanent = isPermanent
    }
}
