/// A thread that an actor lives on: its executor, with a way in from other threads and a timer. The real one is
/// `Posix.EventLoop`; tests turn theirs by hand.
package protocol ActorLoop: SerialExecutor {
    /// Runs `work` on the loop, after what was handed over before. Any thread.
    func execute(_ work: @escaping @Sendable () -> Void)

    /// Runs `work` on the loop once, `delay` from now or later. On the loop only.
    func run(after delay: Duration, _ work: @escaping @Sendable () -> Void)
}
