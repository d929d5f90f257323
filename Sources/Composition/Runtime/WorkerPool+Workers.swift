public import Ports
import Posix

/// The kernel's threads for long work.
extension WorkerPool: Workers {}
