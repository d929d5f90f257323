/// What the program needs of what keeps its data, beyond the `Store` that the kernel uses. Which engine it is, the
/// scheme of `database` in the configuration says.
///
/// Whoever opens an engine is its only writer until `close`. Any thread.
public protocol Engine: Store {
    /// False while the disk takes nothing, as the latest attempt showed; and for good once it cannot promise to keep
    /// what it is given, until the program is started again.
    var isWritable: Bool { get }

    /// Deliveries since it was opened that were simulated as delivered with their acceptance, and never queued.
    var deliveredAtOnce: UInt64 { get }

    /// What was written since it was opened, what waits, and how large it is on disk.
    func figures() async -> StoreFigures

    /// Commits what waits, then ends what it has running. Nothing may be called afterwards but `close` itself, which
    /// then does nothing: it returns once the first has ended everything.
    func close()
}
