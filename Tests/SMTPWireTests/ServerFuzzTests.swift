import Testing

@testable import SMTPWire

/// Clients that say anything. Each seed is one run; a failure names it.
struct ServerFuzzTests {
    private static let runs: UInt64 = 300
    private static let eventsPerRun = 150

    @Test("Whatever a client sends, the session keeps its promises")
    func anyClient() {
        var phases: Set<ServerPhase> = []
        var messages = 0
        for seed in 0..<Self.runs {
            var run = ServerFuzzRun(seed: seed)
            for _ in 0..<Self.eventsPerRun {
                run.step()
                phases.insert(run.session.phase)
            }
            messages += run.messages
            #expect(run.complaint == nil, "seed \(seed)")
        }
        #expect(phases == Set(ServerPhase.allCases), "the fuzz does not reach every phase")
        #expect(messages > 100)
    }

    @Test("However the bytes of a conversation are cut, the same is answered, but for what came too early")
    func cuts() {
        let script = [
            "EHLO x.example", "MAIL FROM:<a@example.org> SIZE=30", "RCPT TO:<b@example.net>", "DATA",
            "Subject: x\r\n\r\n..\r\n.x\r\n.", "MAIL FROM:<a@example.org>", "RCPT TO:<refused@example.net>",
            "RCPT TO:<b@example.net>", "BDAT 4\r\nab\r\nBDAT 4 LAST\r\ncd", "NOOP", "QUIT",
        ]
        var whole = ServerTalk()
        for line in script { whole.client(line) }
        #expect(whole.taken.count == 2)
        whole.closes(.quit)
    }
}

private struct ServerFuzzRun {
    private(set) var session: ServerSession
    private(set) var complaint: String?
    private(set) var messages = 0
    private var random: SeededRandom
    private var isClosed = false
    private var asked: ServerQuestion?

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        var configuration: ServerConfiguration = random.below(2) == 0 ? .open : .submission
        configuration.limits.messageOctetsMax = 3000
        configuration.limits.errorsMax = 40
        session = ServerSession(
            configuration, isSecure: random.below(2) == 0, isTrusted: random.below(3) == 0)
    }

    mutating func step() {
        let event = event()
        for action in session.handle(event) { check(action) }
        let room = 3000 + 70_000
        if session.octetsHeld > room { complain("memory") }
        if isClosed != session.isClosed { complain("closed without a word") }
    }

    private mutating func check(_ action: ServerAction) {
        if isClosed { complain("\(action) after close") }
        if asked != nil, case .ask = action { complain("asked twice") }
        switch action {
        case .send(let bytes): check(sent: bytes)
        case .startTLS: break
        case .ask(let question):
            asked = question
            if case .message(let mail) = question { check(mail) }
        case .close: isClosed = true
        }
    }

    /// Replies are lines of printable ASCII that begin with a code.
    private mutating func check(sent bytes: [UInt8]) {
        guard bytes.suffix(2).elementsEqual([13, 10]) else { return complain("no line end") }
        for line in String(decoding: bytes.dropLast(2), as: UTF8.self).split(
            separator: "\r\n", omittingEmptySubsequences: false)
        {
            let isReply = Int(line.prefix(3)) != nil && line.utf8.count <= 510
            let isPlain = line.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            if !isReply || !isPlain { complain("no reply: \(line)") }
        }
    }

    private mutating func check(_ mail: ReceivedMail) {
        messages += 1
        if mail.recipients.isEmpty { complain("no recipient") }
        if mail.content.count > 3000 { complain("too large") }
        var before: UInt8 = 0
        for byte in mail.content {
            if (byte == 10) != (before == 13) { complain("a bare line end in content") }
            before = byte
        }
        if session.configuration.requiresAuthentication, !session.isAuthenticated { complain("mail from anybody") }
    }

    private mutating func complain(_ text: String) { complaint = complaint ?? text }

    private mutating func event() -> ServerEvent {
        if let asked, random.below(10) > 0 {
            self.asked = nil
            return .answered(verdict(asked))
        }
        switch session.phase {
        case .greeting: return random.below(20) > 0 ? .opened : .received(segment())
        case .tlsHandshake: return random.below(6) > 0 ? .tlsEstablished : .received(segment())
        default: break
        }
        switch random.below(300) {
        case 0: return .timedOut
        case 1: return .draining
        case 2: return .connectionClosed
        case 3...5: return .contentUnwanted
        default: return .received(segment())
        }
    }

    private mutating func verdict(_ question: ServerQuestion) -> ServerVerdict {
        random.below(8) == 0
            ? .refused(Reply(.mailboxUnavailable, .notAuthorized, "No")) : .accepted(Reply(.completed, .success, "Ok"))
    }

    private static let lines = [
        "EHLO x.example", "HELO x", "MAIL FROM:<a@example.org>", "MAIL FROM:<>", "RCPT TO:<b@example.net>",
        "RCPT TO:<c@example.net> NOTIFY=NEVER", "DATA", "RSET", "NOOP", "STARTTLS", "AUTH PLAIN AHVzZXIAc2VjcmV0",
        "AUTH LOGIN", "AUTH PLAIN", "dXNlcg==", "*", "HELP", "VRFY x", "BDAT 7", "BDAT 9 LAST", "BOGUS", "",
        ".", "..", ".x", "Subject: y", "text",
    ]

    /// Mostly the next line of a conversation, sometimes any line or a group of them, mutated, cut, or junk.
    private mutating func segment() -> [UInt8] {
        if case .content = session.phase, random.below(6) > 0 { return content() }
        var bytes: [UInt8] = []
        for _ in 0...(random.below(12) == 0 ? 3 : 0) {
            let line = random.below(5) > 0 ? next() : Self.lines[random.below(Self.lines.count)]
            bytes += Array(line.utf8) + [13, 10]
        }
        if random.below(30) == 0 { mutate(&bytes) }
        if random.below(90) == 0 {
            bytes = (0..<random.below(4000)).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        return random.below(40) == 0 ? Array(bytes.prefix(random.below(bytes.count + 1))) : bytes
    }

    private mutating func next() -> String {
        if session.phase == .authentication { return "AHVzZXIAc2VjcmV0" }
        if session.heloName == nil { return "EHLO x.example" }
        guard let transaction = session.transaction else {
            let first = ["MAIL FROM:<a@example.org>", "AUTH PLAIN", "STARTTLS", "AUTH LOGIN"]
            return random.below(3) > 0 ? first[0] : first[random.below(4)]
        }
        if transaction.recipients.isEmpty { return "RCPT TO:<b@example.net>" }
        return ["DATA", "DATA", "BDAT 3 LAST\r\nabc", "BDAT 2\r\nab"][random.below(4)]
    }

    private mutating func content() -> [UInt8] {
        let pieces = [
            "line\r\n", ".\r\n", "..\r\n", "\r\n.\r\n", String(repeating: "x", count: 900) + "\r\n", "\r", "\n",
        ]
        return Array(pieces[random.below(random.below(40) == 0 ? pieces.count : 5)].utf8)
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let index = random.below(bytes.count)
        switch random.below(4) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
        default: bytes.insert([10, 13, 0, 0x3E, 0x20][random.below(5)], at: index)
        }
    }
}
