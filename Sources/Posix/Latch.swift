/// Opens once; who waits before that sleeps. Any thread.
///
/// Unchecked Sendable: the eventfd may be written and read by any thread, and never changes.
public final class Latch: @unchecked Sendable {
    private let wakeUp: WakeUp

    public init() {
        do throws(PosixError) {
            wakeUp = try WakeUp(blocking: true)
        } catch {
            // Out of descriptors before anything was opened: nothing could be started either.
            preconditionFailure("\(error)")
        }
    }

    public func open() { wakeUp.ring() }

    /// Returns once `open` was called. One thread.
    public func wait() { wakeUp.wait() }
}
