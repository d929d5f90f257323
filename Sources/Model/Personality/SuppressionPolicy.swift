/// What becomes of a message to suppressed addresses. They get nothing either way, and are shown as suppressed.
public enum SuppressionPolicy: Sendable, Equatable {
    /// They are left out; a message with nobody left is refused (`allRecipientsSuppressed`).
    case drop
    /// The message is accepted, also if it goes to nobody.
    case accept
}
