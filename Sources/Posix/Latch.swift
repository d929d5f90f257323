/// Opens once; who waits before that sleeps. Any thread.
///
/// Unchecked Sendable: the eventfd may be written and read by any thread, and never changes.
package final class Latch: @unchecked Sendable {
    private let wakeUp: WakeUp

    package init() {
        do throws(PosixError) {
            wakeUp = try WakeUp(blocking: true)
        } catch {
            // Out of descriptors before anything was opened: nothing could be started either.
            preconditionFailure("\(error)")
        }
    }

    package func open() { wakeUp.ring() }

    /// Returns once `open` was called. One thread.
    package func wait() { wakeUp.wait() }
}
