import Base

/// Every other verb: in the running server, or, where none runs, on the database itself.
struct OperateCommand {
    private let source: ConfigurationSource

    init(_ source: ConfigurationSource) { self.source = source }

    func run(_ command: OperatorCommand) throws -> OperatorReply {
        let configuration = try source.read()
        if let reply = try ControlSocket(database: configuration.database).send(command) { return reply }
        let log = Logging.log(configuration, level: .warning)
        return try Blocking.run {
            let runtime = try await KernelRuntime(configuration, delivers: false, log: log)
            let reply = await Operator(runtime).run(command)
            runtime.close()
            return reply
        }
    }

    /// The number of the last event so far, where following begins.
    func latestEvent() throws -> Int64 {
        var last: Int64 = 0
        while true {
            let reply = try run(.eventList(after: last, limit: RuntimeLimits.eventsPerAnswer, wait: false))
            let ids = EventLines(reply.json ?? "[]").lines(asJSON: true).map(\.id)
            guard let latest = ids.last, ids.count == RuntimeLimits.eventsPerAnswer else { return ids.last ?? last }
            last = latest
        }
    }
}
