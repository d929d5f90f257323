import Glibc

/// Signals taken by a thread that waits for them (sigwait(3)), so that no handler ever interrupts other code.
public enum Signals {
    public enum Signal: Sendable {
        /// SIGTERM or SIGINT: end in good order.
        case terminate
        /// SIGHUP: read the configuration again.
        case reload
    }

    /// Ignores SIGPIPE: a peer that goes away is an error of the write, not of the process.
    public static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    /// Blocks the signals that `wait` takes, for the calling thread and every thread it makes from now on. Called by
    /// whoever waits for them, on the main thread before there is another; a program that does not is ended by them.
    public static func block() {
        var set = waitedFor()
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for the next signal.
    public static func wait() -> Signal {
        var set = waitedFor()
        var number: Int32 = 0
        while unsafe sigwait(&set, &number) != 0 {}
        return number == SIGHUP ? .reload : .terminate
    }

    private static func waitedFor() -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP] { unsafe sigaddset(&set, number) }
        return set
    }
}
