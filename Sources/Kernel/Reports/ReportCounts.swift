/// What came of the reports that others sent, since the start.
package struct ReportCounts: Sendable, Equatable {
    package enum Outcome: String, Sendable, CaseIterable {
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

        package var word: StaticString {
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

    package init() {}

    package mutating func note(_ outcome: Outcome) { counts[outcome, default: 0] += 1 }

    package subscript(outcome: Outcome) -> UInt64 { counts[outcome] ?? 0 }
}
