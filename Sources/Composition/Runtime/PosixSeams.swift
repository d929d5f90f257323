import Base
import Kernel
import Posix

/// The kernel's seams, filled by the machine.
extension EventLoop: ActorLoop {
    package func run(after delay: Duration, _ work: @escaping @Sendable () -> Void) {
        schedule(after: delay, work)
    }
}

extension WorkerPool: Workers {}

/// Log lines go to standard error.
struct StandardErrorSink: LogSink {
    func write(_ line: [UInt8]) { StandardStream.error.write(line) }
}
