import Posix

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

    /// A port that is taken names who has it, as far as that can be seen.
    static func cannotListen(_ service: String, _ address: SocketAddress, _ error: any Error) -> StartError {
        guard let error = error as? PosixError, error.isAddressInUse else {
            return .listen(service: service, address: address.description, reason: "\(error)")
        }
        let holder =
            PortHolder.find(address).map { "\($0.program) (pid \($0.processID)) has it" } ?? "another process has it"
        return .listen(service: service, address: address.description, reason: holder)
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
