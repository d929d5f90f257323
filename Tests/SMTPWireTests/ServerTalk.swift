import SMTPWire
import Testing

/// One scripted conversation with a `ServerSession`: what the client says, what it must be answered.
///
/// A twin session hears the same bytes one by one and has to answer the same, so that every script also proves that the
/// division of the stream does not matter; but for groups of commands, of which that is not true by intent.
struct ServerTalk {
    private(set) var session: ServerSession
    private var twin: ServerSession
    private var output: [UInt8] = []
    /// The messages that were taken, in order.
    private(set) var taken: [ReceivedMail] = []
    private(set) var closed: ServerCloseReason?
    private(set) var startsTLS = false
    /// While set, questions about messages wait for `answer`.
    var holdsMessages = false

    init(
        _ configuration: ServerConfiguration = .open, isSecure: Bool = false, isTrusted: Bool = false,
        greets: Bool = true
    ) {
        session = ServerSession(configuration, isSecure: isSecure, isTrusted: isTrusted)
        twin = session
        guard greets else { return }
        event(.opened)
        replies("220 mail.example ESMTP")
    }

    /// A talk whose client said EHLO.
    static func greeted(
        _ configuration: ServerConfiguration = .open, isSecure: Bool = false, isTrusted: Bool = false
    ) -> ServerTalk {
        var talk = ServerTalk(configuration, isSecure: isSecure, isTrusted: isTrusted)
        talk.client("EHLO client.example")
        talk.output = []
        return talk
    }

    /// A talk that is due to hear the content of a message from a@example.org to b@example.net.
    static func inContent(_ configuration: ServerConfiguration = .open) -> ServerTalk {
        var talk = greeted(configuration)
        for line in ["MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA"] { talk.client(line) }
        talk.output = []
        return talk
    }

    // MARK: The client

    /// The client sends one line and waits.
    mutating func client(_ line: String, sourceLocation: SourceLocation = #_sourceLocation) {
        client(bytes: Array("\(line)\r\n".utf8), sourceLocation: sourceLocation)
    }

    mutating func client(bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) {
        let together = answered(session.handle(.received(bytes)), &session)
        var oneByOne: [ServerAction] = []
        for byte in bytes { oneByOne += answered(twin.handle(.received([byte])), &twin) }
        #expect(Self.gathered(oneByOne) == Self.gathered(together), sourceLocation: sourceLocation)
        #expect(twin.phase == session.phase, sourceLocation: sourceLocation)
        take(together)
    }

    /// The client sends all of it without waiting.
    mutating func group(_ lines: String...) {
        take(answered(session.handle(.received(lines.flatMap { Array("\($0)\r\n".utf8) })), &session))
        twin = session
    }

    mutating func event(_ event: ServerEvent) {
        let actions = answered(session.handle(event), &session)
        _ = answered(twin.handle(event), &twin)
        take(actions)
    }

    // MARK: The server

    /// The server answers exactly these lines.
    mutating func replies(_ lines: String..., sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(
            String(decoding: output, as: UTF8.self) == lines.map { "\($0)\r\n" }.joined(),
            sourceLocation: sourceLocation)
        output = []
    }

    /// The codes of the replies, without what is said beside them.
    mutating func codes(_ codes: Int..., sourceLocation: SourceLocation = #_sourceLocation) {
        let lines = output.split(separator: UInt8(ascii: "\n")).filter { $0.count > 3 && $0.dropFirst(3).first == 0x20 }
        #expect(
            lines.map { Int(String(decoding: $0.prefix(3), as: UTF8.self)) } == codes, sourceLocation: sourceLocation)
        output = []
    }

    /// Forgets what was answered.
    mutating func ignoresReplies() { output = [] }

    func closes(_ reason: ServerCloseReason, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(closed == reason, sourceLocation: sourceLocation)
        #expect(session.isClosed, sourceLocation: sourceLocation)
    }

    /// Whether the replies that nobody looked at hold this text.
    func said(_ text: String) -> Bool { String(decoding: output, as: UTF8.self).contains(text) }

    func staysOpen(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(closed == nil, sourceLocation: sourceLocation)
    }

    private mutating func take(_ actions: [ServerAction]) {
        for action in actions {
            switch action {
            case .send(let bytes): output += bytes
            case .startTLS: startsTLS = true
            case .ask(.message(let mail)): taken.append(mail)
            case .ask: break
            case .close(let reason): closed = reason
            }
        }
    }

    /// All actions until nothing is asked any more; the questions stay among them.
    private func answered(_ actions: [ServerAction], _ session: inout ServerSession) -> [ServerAction] {
        var actions = actions
        var index = 0
        while index < actions.count {
            if case .ask(let question) = actions[index], let verdict = verdict(question) {
                actions += session.handle(.answered(verdict))
            }
            index += 1
        }
        return actions
    }

    private func verdict(_ question: ServerQuestion) -> ServerVerdict? {
        switch question {
        case .credentials(let given):
            let isGood = given.user == Array("user".utf8) && given.password == Array("secret".utf8)
            return isGood
                ? .accepted(Reply(.authenticationSucceeded, .authenticationSucceeded, "Welcome"))
                : .refused(Reply(.credentialsInvalid, .credentialsInvalid, "No"))
        case .sender(let path):
            return path.mailbox?.text.hasPrefix("refused@") == true
                ? .refused(Reply(.mailboxUnavailable, .notAuthorized, "No"))
                : .accepted(Reply(.completed, .senderValid, "Ok"))
        case .recipient(let recipient):
            return recipient.mailbox.text.hasPrefix("refused@")
                ? .refused(Reply(.mailboxUnavailable, .badDestinationMailbox, "No"))
                : .accepted(Reply(.completed, .recipientValid, "Ok"))
        case .message: return holdsMessages ? nil : .accepted(Reply(.completed, .success, "Taken"))
        }
    }

    /// What is sent in pieces and what is sent at once is the same.
    private static func gathered(_ actions: [ServerAction]) -> [ServerAction] {
        var gathered: [ServerAction] = []
        for action in actions {
            if case .send(let bytes) = action, case .send(let before)? = gathered.last {
                gathered[gathered.count - 1] = .send(before + bytes)
            } else {
                gathered.append(action)
            }
        }
        return gathered
    }
}

extension ServerConfiguration {
    /// No TLS, no AUTH.
    static let open = ServerConfiguration(hostName: known(HeloName("mail.example")))

    /// As for submission: TLS, then AUTH, then mail.
    static let submission = ServerConfiguration(
        hostName: known(HeloName("mail.example")), offersStartTLS: true, requiresTLS: true,
        mechanisms: [.plain, .login], requiresAuthentication: true)

    static let submissionInClear: ServerConfiguration = {
        var configuration = submission
        configuration.requiresTLS = false
        return configuration
    }()

    static func limited(_ set: (inout ServerLimits) -> Void) -> ServerConfiguration {
        var configuration = open
        set(&configuration.limits)
        return configuration
    }
}
