/// Why the program cannot start. Each says what to do about it.
enum StartError: Error, CustomStringConvertible {
    case configuration(String)
    case keyFile(path: String, reason: String)
    case database(path: String, reason: String)
    /// Another process holds the database.
    case locked(path: String)
    case listen(service: String, address: String, reason: String)
    case routes(String)
    case system(String)

    var description: String {
        switch self {
        case .configuration(let text): text
        case .keyFile(let path, let reason): "secrets.keyFile \(path): \(reason)"
        case .database(let path, let reason): "database \(path): \(reason)"
        case .locked(let path):
            "database \(path): another polyrelay is using it; stop that one, or name another database"
        case .listen(let service, let address, let reason): "\(service) cannot listen at \(address): \(reason)"
        case .routes(let text): text
        case .system(let text): text
        }
    }

    /// Design: 2 for a configuration that is wrong, 1 for everything that the machine refuses.
    var exitCode: ExitCode {
        switch self {
        case .configuration, .routes: .usage
        case .keyFile, .database, .locked, .listen, .system: .refused
        }
    }
}

/// How the program ends.
enum ExitCode: Int32, Sendable {
    case done = 0
    /// Refused, or not found.
    case refused = 1
    /// Bad usage or bad configuration.
    case usage = 2
}
