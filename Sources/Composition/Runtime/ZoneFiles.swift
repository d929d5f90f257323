import Base
import Ports
import Posix
import Synchronization

/// The machine's own copy of the IANA time zone database. Files are read on the workers, each once.
final class ZoneFiles: TimeZoneTable {
    private let folder: String
    private let workers: any Workers
    private let known = Mutex<[String: TimeZoneRules]>([:])

    init(folder: String = "/usr/share/zoneinfo", workers: any Workers) {
        self.folder = folder
        self.workers = workers
    }

    /// What is no zone is looked for each time: callers' texts are kept nowhere.
    func rules(_ name: String) async -> TimeZoneRules? {
        if let rules = known.withLock({ $0[name] }) { return rules }
        guard Self.isName(name) else { return nil }
        let path = "\(folder)/\(name)"
        let rules = await workers.run { () -> TimeZoneRules? in
            guard let bytes = try? Files.read(path, limitBytes: RuntimeLimits.zoneFileBytes) else { return nil }
            return TimeZoneRules(tzif: bytes)
        }
        if let rules { known.withLock { $0[name] = rules } }
        return rules
    }

    /// Words of letters, digits, underscores and signs between slashes, so that nothing outside the folder can be
    /// named.
    static func isName(_ name: String) -> Bool {
        guard name.utf8.count <= RuntimeLimits.zoneNameBytes else { return false }
        return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { word in
            !word.isEmpty
                && word.utf8.allSatisfy { byte in
                    ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == ASCII.underscore || byte == ASCII.plus
                        || byte == ASCII.hyphen
                }
        }
    }
}
