/// What came of the reports that others sent, since the start.
public struct ReportCounts: Sendable, Equatable {
    public enum Outcome: String, Sendable, CaseIterable {
        case bounced
        case softBounced = "soft_bounced"
        case complained
        /// About a recipient of whom the same, or worse, was known.
        case known
        /// Of what changes nothing: a delay, a delivery, mail that is no junk.
        case noted
        /// No report, or none of mail from here.
        case refused
        /// Told to come back: nothing could be written, or the delivery had not ended.
        case postponed

        public var word: StaticString {
            switch self {
            case .bounced: "bounced"
            case .softBounced: "soft_bounced"
            case .complained: "complained"
            case .known: "known"
            case .noted: "noted"
            case .refused: "refused"
            case .postponed: "postponed"
            }
        }
    }

    private var counts: [Outcome: UInt64] = [:]

    public init() {}

    public mutating func note(_ outcome: Outcome) { counts[outcome, default: 0] += 1 }

    public subscript(outcome: Outcome) -> UInt64 { counts[outcome] ?? 0 }
}
