public import Ports
import Posix

/// The loop that the kernel's actors live on.
extension EventLoop: ActorLoop {
    package func run(after delay: Duration, _ work: @escaping @Sendable () -> Void) {
        schedule(after: delay, work)
    }
}
