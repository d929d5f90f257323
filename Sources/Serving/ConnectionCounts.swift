/// What one listener did on one shard since it was opened, whatever is spoken there.
public struct ConnectionCounts: Sendable, Equatable {
    public internal(set) var accepted: UInt64 = 0
    public internal(set) var open = 0
    /// Connections that were closed unheard, for want of room or as their address had too many.
    public internal(set) var refused: UInt64 = 0
    /// Connections that ended before their TLS handshake did.
    public internal(set) var handshakesFailed: UInt64 = 0

    public init() {}
}

/// Counts for one listener of one shard. Belongs to that shard, so counting is plain addition; it outlives the
/// listener, as connections do.
public final class ConnectionMeter {
    public internal(set) var counts = ConnectionCounts()

    public init() {}
}
