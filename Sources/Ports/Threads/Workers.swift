/// A few threads for work that takes longer than a shard may spend: RSA, blocking reads.
package protocol Workers: Sendable {
    /// Runs `work` on one of the threads and comes back on the caller's executor. Work waits in a bounded queue; where
    /// that is full, the caller's own thread is what is left, and slows down accordingly.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value
}
