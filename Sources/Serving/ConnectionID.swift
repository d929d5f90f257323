/// Names a connection while something is awaited for it, during which it may go away.
public struct ConnectionID: Sendable, Hashable {
    public let descriptor: Int32
    /// Tells this connection from later ones with the same descriptor.
    public let generation: UInt64
}
