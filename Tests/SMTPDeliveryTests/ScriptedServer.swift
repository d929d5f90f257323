import Base
import Posix
import Synchronization
import TLS

/// An SMTP server on a loopback port that says what a test wants it to say. It lives on a loop of its own.
final class ScriptedServer: Sendable {
    enum Answer: Sendable {
        /// Without its line end.
        case reply(String)
        case replyAndClose(String)
        case close
        case silence
    }

    struct Script: Sendable {
        var greeting = Answer.reply("220 test.example ESMTP")
        /// What EHLO offers; STARTTLS is added where there is a certificate.
        var extensions = ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "SIZE 100000000"]
        var certificate: TestCertificate?
        /// Promises TLS and then talks on in the clear.
        var breaksHandshakes = false
        /// Closes in the middle of the first message, after this many of its octets.
        var closesAfterOctets: Int?
        /// The answer to a command line, or to the content, whose line is `.`; nil: the usual one. `number` counts
        /// such commands from 1, over all connections.
        var answer: @Sendable (_ line: String, _ number: Int) -> Answer? = { _, _ in nil }
    }

    struct Message: Sendable, Equatable {
        var sender = ""
        var recipients: [String] = []
        /// Without the final dot; as it came, and without its dot-stuffing.
        var raw: [UInt8] = []
        var content: [UInt8] = []
        var isSecure = false
    }

    let port: UInt16
    private let journal: Journal
    private let loop: EventLoop
    private let thread: Thread

    init(_ script: Script = Script()) async throws {
        let loop = try EventLoop(name: "scripted", time: SystemTime())
        let journal = Journal()
        let tls = try script.certificate.map { try TLSServerContext(certificateChain: $0.chain, privateKey: $0.key) }
        thread = loop.start()
        port = try await withCheckedThrowingContinuation { continuation in
            loop.execute {
                continuation.resume(
                    with: Result { try Listener(script: script, tls: tls, journal: journal, loop: loop).start() })
            }
        }
        (self.loop, self.journal) = (loop, journal)
    }

    deinit {
        loop.stop()
        thread.join()
    }

    /// The addresses that connections came from.
    var peers: [IPAddress?] { journal.state.withLock { $0.peers } }
    var connections: Int { journal.state.withLock { $0.connections } }
    var messages: [Message] { journal.state.withLock { $0.messages } }
    var commands: [String] { journal.state.withLock { $0.commands } }

    /// Waits until a client sends this line. For one waiting test.
    func waitForCommand(_ line: String) async {
        for await command in journal.lines where command == line { return }
    }

    /// A port of the loopback address at which nobody listens.
    static func closedPort() throws -> UInt16 {
        let socket = try Socket.listen(at: loopback, sharesPort: false)
        guard case .ip(_, let port) = try socket.localAddress() else { return 0 }
        return port
    }

    static let loopback = IPAddress("127.0.0.1").map { SocketAddress.ip($0, port: 0) } ?? .path("")
}

/// What happened, for the test to look at.
final class Journal: Sendable {
    struct State {
        var connections = 0
        var peers: [IPAddress?] = []
        var messages: [ScriptedServer.Message] = []
        var commands: [String] = []
        var counts: [String: Int] = [:]
    }

    let state = Mutex(State())
    let lines: AsyncStream<String>
    private let report: AsyncStream<String>.Continuation

    init() { (lines, report) = AsyncStream.makeStream() }

    /// The number of commands of this kind so far, this one included.
    func record(_ line: String) -> Int {
        report.yield(line)
        let verb = String(line.prefix { $0 != " " })
        return state.withLock { state in
            state.commands.append(line)
            state.counts[verb, default: 0] += 1
            return state.counts[verb, default: 0]
        }
    }
}

/// Accepts connections. On the server's loop.
private final class Listener {
    private let script: ScriptedServer.Script
    private let tls: TLSServerContext?
    private let journal: Journal
    private let loop: EventLoop
    private let socket: Socket

    init(script: ScriptedServer.Script, tls: TLSServerContext?, journal: Journal, loop: EventLoop) throws {
        self.script = script
        self.tls = tls
        self.journal = journal
        self.loop = loop
        socket = try Socket.listen(at: ScriptedServer.loopback, sharesPort: false)
    }

    /// The port.
    func start() throws -> UInt16 {
        try loop.register(socket.number, .readable) { _ in self.accept() }
        guard case .ip(_, let port) = try socket.localAddress() else { return 0 }
        return port
    }

    private func accept() {
        guard let accepted = try? socket.accept() else { return }
        var peer: IPAddress?
        if case .ip(let address, _) = accepted.peer { peer = address }
        journal.state.withLock { state in
            state.connections += 1
            state.peers.append(peer)
        }
        let dialogue = Dialogue(script: script, tls: tls, journal: journal)
        try? dialogue.start(accepted.takeSocket(), loop: loop)
    }
}
