public import Model

extension Operation {
    /// As in "can no longer be cancelled".
    public var participle: String {
        switch self {
        case .cancel: "cancelled"
        case .reschedule: "rescheduled"
        case .edit: "edited"
        case .publish: "published"
        case .send: "sent"
        case .verify: "verified"
        case .rotate: "rotated"
        case .activate: "activated"
        case .remove: "removed"
        }
    }
}
