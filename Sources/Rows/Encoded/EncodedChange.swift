public import Ports

/// A change in the form that the writer binds: encoded on the caller's thread.
public enum EncodedChange: Sendable {
    case accept(EncodedMessage)
    case relay(EncodedRelay)
    case record(EncodedRecordUnit)
    case keyed(EncodedPlan)
    case all([EncodedChange])
    case settle([Settlement], [EncodedReport])
    case report([RecipientReport], [EncodedReport])
    /// Everything that is rare enough to be encoded by the writer.
    case other(Change)

    public init(_ change: Change) {
        switch change {
        case .accept(let message): self = .accept(EncodedMessage(message))
        case .relay(.accept(let relay)): self = .relay(EncodedRelay(relay))
        case .record(let unit): self = .record(EncodedRecordUnit(unit))
        case .keyed(let plan): self = .keyed(EncodedPlan(plan))
        case .all(let changes): self = .all(changes.map { EncodedChange($0) })
        case .settle(let settlements, let reports):
            self = .settle(settlements, reports.map { EncodedReport($0) })
        case .report(let news, let reports):
            self = .report(news, reports.map { EncodedReport($0) })
        default: self = .other(change)
        }
    }

    /// The bytes of the largest body in it, which may have to go to a file of its own.
    public var largestBody: Int {
        switch self {
        case .accept(let message): message.body.count
        case .relay(let relay): relay.body.count
        case .keyed(let plan): plan.changes.reduce(0) { max($0, $1.largestBody) }
        case .all(let changes): changes.reduce(0) { max($0, $1.largestBody) }
        case .record, .settle, .report, .other: 0
        }
    }

    /// The file that holds its body.
    public var contentName: String? {
        switch self {
        case .accept(let message): message.contentName
        case .relay(let relay): relay.contentName
        case .record, .keyed, .all, .settle, .report, .other: nil
        }
    }
}
