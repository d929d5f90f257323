/// What one listener did on one shard since it was opened, whatever is spoken there.
package struct ConnectionCounts: Sendable, Equatable {
    package internal(set) var accepted: UInt64 = 0
    package internal(set) var open = 0
    /// Connections that were closed unheard, for want of room or as their address had too many.
    package internal(set) var refused: UInt64 = 0
    /// Connections that ended before their TLS handshake did.
    package internal(set) var handshakesFailed: UInt64 = 0

    package init() {}
}

/// Counts for one listener of one shard. Belongs to that shard, so counting is plain addition; it outlives the
/// listener, as connections do.
package final class ConnectionMeter {
    package internal(set) var counts = ConnectionCounts()

    package init() {}
}
