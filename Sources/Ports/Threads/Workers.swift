/// A few threads for work that takes longer than a shard may spend: RSA, blocking reads.
public protocol Workers: Sendable {
    /// Runs `work` on one of the threads and comes back on the caller's executor. Work waits for its turn, and is never
    /// done on the caller's own thread.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value
}
