import Base
import HTTPDelivery
import Posix

/// Every verb for operators: in the running server, or, where none runs, on the database itself.
struct OperateCommand {
    private let source: ConfigurationSource
    private let verb: Verb
    private let operation: Verb.Operation

    init(_ source: ConfigurationSource, _ verb: Verb, _ operation: @escaping Verb.Operation) {
        self.source = source
        self.verb = verb
        self.operation = operation
    }

    /// A database that is not there is made by the one verb that can begin with none, and it says so.
    func run(_ arguments: Arguments) throws -> OperatorReply {
        let configuration = try source.read()
        if let reply = try ControlSocket(database: configuration.database).send(arguments) { return reply }
        let isNew = !Files.exists(configuration.database)
        if isNew, !verb.beginsDatabase { return .refused(Self.absence(of: configuration.database)) }
        let log = Logging.log(configuration, level: .warning)
        var reply = try Blocking.run { [operation] in
            let runtime = try await KernelRuntime(configuration, delivers: false, log: log)
            let reply = await Operator(runtime).run(operation, arguments)
            runtime.close()
            return reply
        }
        if isNew { reply.note = "made a new database, \(configuration.database)" }
        return reply
    }

    /// Names the servers that run elsewhere: the one that was meant is likely among them.
    private static func absence(of database: String) -> String {
        var text = "no server is running on the database \(database), and there is no such file: \(Self.ways)"
        for other in RunningProgram.others(named: programName) where other.arguments.first == "serve" {
            let line = (["polyrelay"] + other.arguments).joined(separator: " ")
            text += "\n  pid \(other.processID) runs in \(other.workingFolder): \(line)"
        }
        return text
    }

    private static let programName = "polyrelay"
    private static let ways =
        "--config FILE or \(ConfigurationEnvironment.fileVariable) names another; `serve` or `account create` makes one"

    // MARK: Following events

    /// The running server's reply; nil where none runs, or it ended meanwhile.
    func askServer(_ arguments: Arguments) throws -> OperatorReply? {
        do {
            return try ControlSocket(database: source.read().database).send(arguments)
        } catch is CurlError {
            return nil
        }
    }

    /// For what follows an event, once there is some; or, of nil, for the latest one.
    func question(after last: Int64?) -> Arguments {
        guard let last else { return Arguments(words: verb.words, values: ["limit": "1"]) }
        var values = ["limit": String(RuntimeLimits.eventsPerAnswer)]
        if last > 0 { values["after"] = String(last) }
        return Arguments(words: verb.words, values: values, flags: ["wait"])
    }
}
