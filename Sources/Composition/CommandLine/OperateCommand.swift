import Base

/// Every verb for operators: in the running server, or, where none runs, on the database itself.
struct OperateCommand {
    private let source: ConfigurationSource
    private let operation: Verb.Operation

    init(_ source: ConfigurationSource, _ operation: @escaping Verb.Operation) {
        self.source = source
        self.operation = operation
    }

    func run(_ arguments: Arguments) throws -> OperatorReply {
        let configuration = try source.read()
        if let reply = try ControlSocket(database: configuration.database).send(arguments) { return reply }
        let log = Logging.log(configuration, level: .warning)
        return try Blocking.run { [operation] in
            let runtime = try await KernelRuntime(configuration, delivers: false, log: log)
            let reply = await Operator(runtime).run(operation, arguments)
            runtime.close()
            return reply
        }
    }

    // MARK: Following events

    /// The number of the last event so far, where following begins.
    func latestEvent() throws -> Int64 {
        var last: Int64 = 0
        while true {
            let reply = try events(after: last, waits: false)
            let ids = EventLines(reply.json ?? "[]").lines(asJSON: true).map(\.id)
            guard let latest = ids.last, ids.count == RuntimeLimits.eventsPerAnswer else { return ids.last ?? last }
            last = latest
        }
    }

    /// As `event list` has them.
    func events(after last: Int64, waits: Bool) throws -> OperatorReply {
        var values = ["limit": String(RuntimeLimits.eventsPerAnswer)]
        if last > 0 { values["after"] = String(last) }
        return try run(Arguments(words: ["event", "list"], values: values, flags: waits ? ["wait"] : []))
    }
}
