/// Names a connection while something is awaited for it, during which it may go away.
package struct ConnectionID: Sendable, Hashable {
    package let descriptor: Int32
    /// Tells this connection from later ones with the same descriptor.
    package let generation: UInt64
}
