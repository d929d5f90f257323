package import Ports

/// A report as rows; its body is always in its row.
package struct EncodedReport: Sendable {
    package var message: EncodedMessage
    /// The places of what it tells of, as in `SettlementReport`.
    package let settlements: [Int]

    package init(_ report: SettlementReport) {
        message = EncodedMessage(report.message)
        settlements = report.settlements
    }
}
