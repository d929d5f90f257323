public import Model

extension Relay.State {
    /// As it is stored.
    public var code: Int64 {
        switch self {
        case .queued: 0
        case .retrying: 1
        case .delivered: 2
        case .rejected: 3
        case .dead: 4
        case .cancelled: 5
        }
    }

    public init(code: Int64) { self = Self.allCases.first { $0.code == code } ?? .dead }
}
