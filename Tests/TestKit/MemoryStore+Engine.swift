package import Ports
import Synchronization

extension MemoryStore {
    package var isWritable: Bool { true }

    package var deliveredAtOnce: UInt64 { state.withLock { $0.deliveredAtOnce } }

    /// It counts nothing else.
    package func figures() async -> StoreFigures {
        var figures = StoreFigures()
        figures.deliveredAtOnce = deliveredAtOnce
        return figures
    }

    /// What it holds stays for whoever opens it next.
    package func close() {}
}
