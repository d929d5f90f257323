public import Ports

/// A report as rows; its body is always in its row.
public struct EncodedReport: Sendable {
    public var message: EncodedMessage
    /// The places of what it tells of, as in `SettlementReport`.
    public let settlements: [Int]

    public init(_ report: SettlementReport) {
        message = EncodedMessage(report.message)
        settlements = report.settlements
    }
}
