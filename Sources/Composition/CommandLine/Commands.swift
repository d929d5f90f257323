import AdapterKit
import Base
import Model
import Posix

/// Where the configuration comes from: a file or the built-in profile, and the environment over it.
struct ConfigurationSource: Sendable {
    let path: String?
    let environment: [String: String]

    func read() throws -> Configuration {
        var text: [UInt8]?
        if let path {
            do {
                text = try Files.read(path, limitBytes: RuntimeLimits.configurationBytes)
            } catch {
                throw StartError.configuration("--config \(path): \(error)")
            }
        }
        do {
            return try ConfigurationReader(personalities: Adapters.all).read(fileText: text, environment: environment)
        } catch {
            throw StartError.configuration(path.map { "\($0):\n\(error)" } ?? "\(error)")
        }
    }
}

/// `serve`: runs until a signal ends it.
struct ServeCommand {
    private let source: ConfigurationSource

    init(_ source: ConfigurationSource) { self.source = source }

    func run() throws -> ExitCode {
        let configuration = try source.read()
        let log = Logging.log(configuration)
        let server = try Blocking.run {
            try await Server(try await KernelRuntime(configuration, delivers: true, log: log))
        }
        if configuration.isLocalProfile {
            log.info("local-profile") { $0.add("note", "rate limits are raised above the vendors' own") }
        }
        while Signals.wait() == .reload { reload(server, log) }
        Blocking.run { await server.stop() }
        return .done
    }

    /// A configuration that does not read keeps the old one in force.
    private func reload(_ server: Server, _ log: Log) {
        do {
            server.reload(try source.read())
        } catch {
            log.error("reload-refused") { $0.add("reason", OperatorText("\(error)")) }
        }
    }
}

/// `check`: what the configuration comes to.
struct CheckCommand {
    private let source: ConfigurationSource

    init(_ source: ConfigurationSource) { self.source = source }

    /// The effective configuration, then each personality's rate classes and its routes, literal segments first, as
    /// they are matched.
    func text() throws -> String {
        var text = ConfigurationPrinter.text(try source.read()) + "\n"
        for personality in Adapters.all {
            let classes = personality.rateTiers.keys.map(\.name).sorted().joined(separator: ", ")
            text += "\n\(personality.id): rate classes \(classes)\n"
            for route in Self.inOrder(personality.routes) { text += "  \(route.method.rawValue) \(route.pattern)\n" }
        }
        return text
    }

    /// The same as one JSON object.
    func json() throws -> String {
        let configuration = try source.read()
        let json = JSONWriter.object { object in
            object.member("configuration", JSONText(trusted: ConfigurationPrinter.json(configuration)))
            object.array("personalities") { array in
                for personality in Adapters.all {
                    array.object { object in
                        object.member("id", personality.id.name)
                        object.member("rateClasses", personality.rateTiers.keys.map(\.name).sorted())
                        object.member(
                            "routes", Self.inOrder(personality.routes).map { "\($0.method.rawValue) \($0.pattern)" })
                    }
                }
            }
        }
        return String(decoding: json, as: UTF8.self) + "\n"
    }

    /// A literal segment wins over a parameter, so it stands before it.
    private static func inOrder(_ routes: [Route]) -> [Route] {
        routes.enumerated().sorted { left, right in
            let (first, second) = (rank(left.element), rank(right.element))
            return first == second ? left.offset < right.offset : first.lexicographicallyPrecedes(second)
        }.map(\.element)
    }

    private static func rank(_ route: Route) -> [String] {
        // A tilde sorts after every letter.
        route.pattern.split(separator: "/").map { $0.hasPrefix(":") ? "~" : String($0) }
    }
}

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
            await runtime.close()
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

/// The log as the configuration wants it.
enum Logging {
    static func log(_ configuration: Configuration, level: LogLevel? = nil) -> Log {
        let isText =
            switch configuration.logFormat {
            case .automatic: StandardStream.error.isTerminal
            case .text: true
            case .json: false
            }
        return Log(
            level: max(level ?? .debug, configuration.logLevel), format: isText ? .text : .json,
            sink: StandardErrorSink(), time: SystemTime())
    }
}
