package import Model

/// What a refusal means for the mail and for the address.
package struct RefusalVerdict: Sendable, Equatable {
    package var classification: AttemptResult.Class
    /// Trying the same again is pointless (RFC 5321 §4.2.1).
    package var isPermanent: Bool

    /// There is positive evidence that the mailbox or its domain does not exist: nothing else suppresses an address.
    package var suppresses: Bool { isPermanent && classification.meansBadAddress }

    package init(_ classification: AttemptResult.Class, isPermanent: Bool) {
        self.classification = classification
        self.isPermanent = isPermanent
    }
}
