import Base
import Model
import Ports
import Posix
import SMTPDelivery
import SMTPWire
import Synchronization
import TestKit

/// A transport on a loop and a worker of its own.
final class Bench: Sendable {
    let transport: SmarthostTransport
    /// Who is asked for the smarthost's name.
    let names = ScriptedResolver()
    private let loop: EventLoop
    private let thread: Thread
    private let sink = KeptLog()
    /// Lives as long as the transport to it is in use.
    private let server: ScriptedServer?

    init(
        to server: ScriptedServer? = nil, port: UInt16 = 25, host: String = "localhost",
        security: SmarthostConfiguration.Security = .opportunistic,
        login: (user: String, password: String)? = nil, _ adjust: (inout SmarthostConfiguration) -> Void = { _ in }
    ) throws {
        self.server = server
        var configuration = try SmarthostConfiguration(
            host: host, port: server?.port ?? port, heloName: "relay.example", security: security, login: login)
        // Where it matters a test says otherwise: a connection that is kept is not let go on a busy machine.
        configuration.timeouts.overrides[.idle] = .seconds(600)
        adjust(&configuration)
        loop = try EventLoop(name: "smtp", time: SystemTime())
        transport = try SmarthostTransport(
            configuration, resolver: names, loop: loop, time: SystemTime(),
            log: Log(level: .debug, format: .text, sink: sink, time: SystemTime()))
        thread = loop.start()
    }

    deinit {
        loop.stop()
        thread.join()
    }

    /// Everything logged so far.
    var log: String { sink.text.withLock { $0 } }

    /// The outcomes of each parcel.
    func deliver(_ parcels: [Parcel]) async -> [[AttemptOutcome]] { await results(parcels).map(\.outcomes) }

    func results(_ parcels: [Parcel]) async -> [ParcelResult] {
        await transport.deliver(parcels, lane: transport.lane(for: "example.net"))
    }

    func deliver(_ parcel: Parcel) async -> [AttemptOutcome] { await deliver([parcel]).first ?? [] }
}

private final class KeptLog: LogSink {
    let text = Mutex("")

    func write(_ line: [UInt8]) { text.withLock { $0 += String(decoding: line, as: UTF8.self) } }
}

extension Parcel {
    static let digest = [UInt8](repeating: 7, count: 32)

    /// A message to these recipients.
    static func of(
        _ recipients: [String] = ["ann@example.net"], sender: String = "hello@example.com",
        content: String = "Subject: test\r\n\r\ntext\r\n"
    ) -> Parcel {
        let mail = OutgoingMail(
            sender: sender, recipients: recipients, content: Array(content.utf8), digest: digest,
            needsSMTPUTF8: false)
        return Parcel(message: Message.ID(1), recipients: Array(recipients.indices)) { mail }
    }

    /// One that cannot be opened.
    static func failing(_ failure: KernelFailure) -> Parcel {
        Parcel(message: Message.ID(1), recipients: [0, 1]) { () throws(KernelFailure) in throw failure }
    }
}

extension AttemptOutcome {
    var result: AttemptResult {
        switch self {
        case .accepted(let result), .refused(let result), .deferred(let result): result
        }
    }

    var isAccepted: Bool { if case .accepted = self { true } else { false } }
    var isRefused: Bool { if case .refused = self { true } else { false } }
    var isDeferred: Bool { if case .deferred = self { true } else { false } }
}

extension Sequence<AttemptOutcome> {
    var allAccepted: Bool { allSatisfy(\.isAccepted) }
    var allRefused: Bool { allSatisfy(\.isRefused) }
    var allDeferred: Bool { allSatisfy(\.isDeferred) }
}
