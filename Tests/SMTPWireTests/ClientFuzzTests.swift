import Testing

@testable import SMTPWire

/// Servers that say anything. Each seed is one run; a failure names it.
struct ClientFuzzTests {
    private static let runs: UInt64 = 400
    private static let eventsPerRun = 120

    @Test("Whatever a server sends, each transaction ends once and the session ends once, within its memory")
    func anyServer() {
        for seed in 0..<Self.runs {
            var run = FuzzRun(seed: seed)
            for _ in 0..<Self.eventsPerRun { run.step() }
            run.finish()
            #expect(run.complaint == nil, "seed \(seed)")
        }
    }

    @Test("The fuzz reaches every phase of a session")
    func reach() {
        var seen: Set<ClientPhase> = []
        for seed in 0..<Self.runs {
            var run = FuzzRun(seed: seed)
            for _ in 0..<Self.eventsPerRun {
                run.step()
                seen.insert(run.session.phase)
            }
        }
        #expect(seen == Set(ClientPhase.allCases))
    }
}

/// One session against a random server, and the promises that it must keep.
private struct FuzzRun {
    private(set) var session: ClientSession
    /// Gets what the server sends byte by byte.
    private var twin: ClientSession
    /// The first promise that was broken.
    private(set) var complaint: String?
    private var random: SeededRandom
    private var transactionsOpen = 0
    private var wantsContent = false
    private var isClosed = false

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        let policies: [TLSPolicy] = [.never, .opportunistic, .required, .implicit]
        session = ClientSession(
            .configured(
                tls: policies[random.below(4)],
                credentials: random.below(2) == 0 ? nil : Credentials(user: "u", password: "p"),
                plaintextAuthentication: random.below(2) == 0))
        twin = session
    }

    mutating func step() {
        give(event())
        // What a segment may leave behind is one unfinished reply.
        if session.parser.octetsHeld > SMTPLimits.replyOctetsMax + SMTPLimits.replyLineOctetsTolerated {
            complain("memory")
        }
    }

    mutating func finish() {
        give(.connectionClosed)
        if !isClosed || !session.isClosed { complain("not closed") }
        if transactionsOpen != 0 { complain("a transaction without an end") }
    }

    private mutating func give(_ event: ClientEvent) {
        if case .begin = event { transactionsOpen += 1 }
        if case .content = event { wantsContent = false }
        let actions = session.handle(event)
        compareTwin(event, actions)
        for action in actions { check(action) }
    }

    private mutating func compareTwin(_ event: ClientEvent, _ actions: [ClientAction]) {
        var pieces = [event]
        if case .received(let bytes) = event { pieces = bytes.map { .received([$0]) } }
        let oneByOne = pieces.flatMap { twin.handle($0) }
        // Clear text behind the reply to STARTTLS is an attack either way, but is seen at different moments.
        if oneByOne.contains(.startTLS) {
            twin = session
        } else if oneByOne != actions {
            complain("byte by byte it goes another way")
        }
    }

    private mutating func check(_ action: ClientAction) {
        switch action {
        case .transactionDone:
            transactionsOpen -= 1
            if transactionsOpen < 0 { complain("an end without a transaction") }
            return
        case .close:
            if isClosed { complain("closed twice") }
            isClosed = true
            return
        case .send(let bytes): if bytes.isEmpty { complain("sent nothing") }
        case .wantContent: wantsContent = true
        case .idle: if transactionsOpen != 0 { complain("idle in a transaction") }
        case .startTLS: break
        }
        if isClosed { complain("\(action) after close") }
    }

    private mutating func complain(_ text: String) { complaint = complaint ?? text }

    private mutating func event() -> ClientEvent {
        switch random.below(200) {
        case 0: return .connectionClosed
        case 1: return .timedOut
        case 2: return .quit
        case 3...40 where session.isIdle || (session.isClosed && random.below(8) == 0): return .begin(transaction())
        case 3...100 where wantsContent: return .content(content(), isLast: random.below(3) == 0)
        case 3...150 where session.state == .tlsHandshake: return random.below(9) == 0 ? .tlsFailed : .tlsEstablished
        default: return .received(segment())
        }
    }

    private mutating func transaction() -> Transaction {
        let pool = ["b@example.net", "c@example.net", "jörg@example.net"].map(mailbox)
        return known(
            Transaction(
                sender: random.below(4) == 0 ? nil : pool[random.below(3)],
                recipients: (0...random.below(4)).map { _ in pool[random.below(3)] },
                contentOctets: random.below(2000), isEightBit: random.below(3) == 0))
    }

    private mutating func content() -> [UInt8] {
        let pieces = ["a\r\n", "", ".", "\r", "\n", "line\r\n.\r\n"]
        // A lone CR or LF only now and then, or no run would get beyond it.
        return bytes(pieces[random.below(random.below(9) == 0 ? pieces.count : 3)])
    }

    /// Mostly the reply that helps the session on, sometimes any reply, seldom junk.
    private mutating func segment() -> [UInt8] {
        switch random.below(20) {
        case 0: return (0..<random.below(3000)).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 1: return bytes(String(repeating: "250-x\r\n", count: random.below(200)))
        case 2...4:
            let codes = [211, 220, 235, 250, 334, 354, 421, 450, 452, 500, 503, 535, 550, 552, 554, 601]
            return bytes("\(codes[random.below(codes.count)]) text\r\n")
        case 5: return bytes("25")
        default: return bytes(helpful())
        }
    }

    private mutating func helpful() -> String {
        switch session.phase {
        case .greeting, .startTLS: return "220 go on\r\n"
        case .hello:
            let offers = ["PIPELINING", "STARTTLS", "8BITMIME", "SMTPUTF8", "SIZE 1500", "AUTH PLAIN", "AUTH LOGIN"]
            let taken = offers.filter { _ in random.below(2) == 0 }
            return "250-mx.example\r\n" + taken.map { "250-\($0)\r\n" }.joined() + "250 HELP\r\n"
        case .authentication: return random.below(3) == 0 ? "334 \r\n" : "235 ok\r\n"
        case .dataInitiation: return "354 go on\r\n"
        case .quit: return "221 bye\r\n"
        case .mail, .recipient, .dataTermination, .reset: return random.below(4) == 0 ? "550 no\r\n" : "250 ok\r\n"
        case .idle, .dataBlock, .tlsHandshake: return ""
        }
    }
}
