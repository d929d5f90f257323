/// A thread that an actor lives on: its executor, with a way in from other threads and a timer. The real one is
/// `Posix.EventLoop`; tests turn theirs by hand.
///
/// A task executor too: a task that prefers it comes back from each continuation straight to the loop. Any other one is
/// resumed in Swift's global pool first and hops from there, which costs two changes of thread.
public protocol ActorLoop: SerialExecutor, TaskExecutor {
    /// Runs `work` on the loop, after what was handed over before. Any thread.
    func execute(_ work: @escaping @Sendable () -> Void)

    /// Runs `work` on the loop once, `delay` from now or later. On the loop only.
    func run(after delay: Duration, _ work: @escaping @Sendable () -> Void)
}
