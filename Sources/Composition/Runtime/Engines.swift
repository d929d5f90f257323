import AdapterKit
import Base
import Kernel
import Ports
import Storage

/// Opens what the configuration names by the scheme of `database`. A new engine is a case there and one here.
enum Engines {
    /// `seal`: by which what is stored is sealed and opened.
    static func open(
        _ configuration: Configuration, seal: StoreSeal, time: any TimeSource, log: Log
    ) throws(StartError) -> any Engine {
        switch configuration.engine {
        case .sqlite: try sqlite(configuration, seal, time: time, log: log)
        }
    }

    private static func sqlite(
        _ configuration: Configuration, _ seal: StoreSeal, time: any TimeSource, log: Log
    ) throws(StartError) -> SQLiteStore {
        do {
            return try SQLiteStore.open(
                path: configuration.database, origins: Adapters.all.map(\.id),
                webhooks: KernelPlan.webhookRules(configuration),
                suppressing: Dictionary(uniqueKeysWithValues: Adapters.all.map { ($0.id, $0.autoSuppression) }),
                seal: seal, time: time, log: log)
        } catch {
            throw .database(path: configuration.database, reason: error.description)
        }
    }
}
