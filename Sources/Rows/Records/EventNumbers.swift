public import Model

/// The numbers of the events that one row stands for. The row has the last one's; those before it lie 1 apart where it
/// is from before there were cells, and a whole n apart since. Reading, following and webhooks all ask here.
public struct EventNumbers: Sendable {
    private let boundary: Int64

    /// `boundary`: numbers from there on carry their cell.
    public init(boundary: Int64) { self.boundary = boundary }

    /// Of the event at `place` among the `count` of a row.
    public func number(at place: Int, of count: Int, last: Int64) -> MailEvent.ID {
        let step = last < boundary ? 1 : CellNumber.step
        return MailEvent.ID(last - step * Int64(count - 1 - place))
    }
}
