import TestKit
import Testing

/// The loop that other tests stand on.
@Suite("Loop by hand")
struct HandLoopTests {
    @Test("A loop whose last owner lets go in a job lives until the hand-over that runs the job is over")
    func outlivesItsOwner() async {
        let actor = Owner(HandLoop(time: HandTime()))
        #expect(await actor.letGo())
    }
}

/// Owns the loop it runs on.
private actor Owner {
    // Written on the loop, read by the runtime before the one call: never both at once.
    private nonisolated(unsafe) var loop: HandLoop?
    private weak var seen: HandLoop?

    init(_ loop: HandLoop) {
        unsafe self.loop = loop
        seen = loop
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        guard let loop = unsafe loop else { preconditionFailure("nothing is asked of an owner that has let go") }
        return unsafe loop.asUnownedSerialExecutor()
    }

    /// Whether the loop is still there.
    func letGo() -> Bool {
        unsafe loop = nil
        return seen != nil
    }
}
