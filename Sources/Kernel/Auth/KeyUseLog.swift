public import Base
public import Model
public import Ports
import Synchronization

/// Gathers uses of keys and has them written together: one commit for all keys that were used within a few seconds, and
/// for each key once a minute at most. What a crash loses is told by the key's next use.
public final class KeyUseLog: Sendable {
    private let pending = Mutex<[AccessKey.ID: Instant]>([:])
    private let store: any Store
    private let loop: any ActorLoop

    /// `loop`: whose timer is used.
    public init(store: any Store, loop: any ActorLoop) {
        self.store = store
        self.loop = loop
    }

    /// Any thread; never waits.
    public func note(_ key: AccessKey.ID, at now: Instant) {
        let isFirst = pending.withLock { pending in
            defer { pending[key] = now }
            return pending.isEmpty
        }
        if isFirst { writeLater() }
    }

    private func writeLater() {
        let loop = loop
        loop.execute {
            loop.run(after: KernelLimits.keyUseGathering) {
                Task(executorPreference: loop) { await self.write() }
            }
        }
    }

    /// Writes what was gathered. What the store cannot take now is offered again later.
    public func write() async {
        let batch = pending.withLock { pending in
            var taken: [AccessKey.ID: Instant] = [:]
            swap(&taken, &pending)
            return taken
        }
        guard !batch.isEmpty else { return }
        guard case .refused(let failure) = await store.outcome(of: .directory(.noteKeyUse(batch))),
            failure.isTemporary
        else { return }
        let isFirst = pending.withLock { pending in
            defer { pending.merge(batch) { newer, _ in newer } }
            return pending.isEmpty
        }
        if isFirst { writeLater() }
    }
}
