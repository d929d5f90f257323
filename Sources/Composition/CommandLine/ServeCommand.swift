import Base
import Posix

/// `serve`: runs until a signal ends it.
struct ServeCommand {
    private let source: ConfigurationSource

    init(_ source: ConfigurationSource) { self.source = source }

    func run() throws -> ExitCode {
        // Before any thread exists, so that every thread inherits the mask.
        Signals.block()
        let configuration = try source.read()
        let log = Logging.log(configuration)
        if configuration.delivery.mode == .capture {
            log.info("mail-captured") { $0.add("note", OperatorText(Configuration.Delivery.captureNote)) }
        }
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
            let configuration = try source.read()
            Blocking.run { await server.reload(configuration) }
        } catch {
            log.error("reload-refused") { $0.add("reason", OperatorText("\(error)")) }
        }
    }
}
