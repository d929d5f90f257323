import SMTPWire
import Testing

/// One scripted conversation with a `ClientSession`: what the server says, what the client must answer.
///
/// A twin session hears the same bytes one by one, and has to do the same: so every transcript here also proves that
/// the division of the stream does not matter. At the end of a script `over` finds what the client did unasked.
struct Talk {
    private(set) var session: ClientSession
    private var twin: ClientSession
    private var actions: [ClientAction] = []

    init(_ configuration: ClientConfiguration = .plain) {
        session = ClientSession(configuration)
        twin = session
    }

    /// A talk that got as far as the first `.idle`.
    static func idle(
        offering extensions: [String] = [], _ configuration: ClientConfiguration = .plain
    ) -> Talk {
        var talk = Talk(configuration)
        talk.server("220 mx.example ESMTP")
        talk.client("EHLO client.example")
        talk.server(offering: extensions)
        talk.does(.idle)
        return talk
    }

    /// The server sends these lines in one segment.
    mutating func server(_ lines: String..., sourceLocation: SourceLocation = #_sourceLocation) {
        server(lines: lines, sourceLocation)
    }

    /// The server answers EHLO.
    mutating func server(offering extensions: [String], sourceLocation: SourceLocation = #_sourceLocation) {
        let lines = ["mx.example"] + extensions
        server(lines: lines.dropLast().map { "250-\($0)" } + ["250 \(lines[lines.count - 1])"], sourceLocation)
    }

    private mutating func server(lines: [String], _ sourceLocation: SourceLocation) {
        let bytes = lines.flatMap { Array("\($0)\r\n".utf8) }
        let together = session.handle(.received(bytes))
        let oneByOne = bytes.flatMap { twin.handle(.received([$0])) }
        #expect(oneByOne == together, sourceLocation: sourceLocation)
        #expect(twin.phase == session.phase, sourceLocation: sourceLocation)
        actions += together
    }

    /// Any other event.
    mutating func event(_ event: ClientEvent, sourceLocation: SourceLocation = #_sourceLocation) {
        let done = session.handle(event)
        #expect(twin.handle(event) == done, sourceLocation: sourceLocation)
        actions += done
    }

    /// The client sends exactly these lines, in one piece.
    mutating func client(_ lines: String..., sourceLocation: SourceLocation = #_sourceLocation) {
        let text = lines.map { "\($0)\r\n" }.joined()
        guard case .send(let bytes)? = actions.first else {
            Issue.record("nothing sent, but \(actions)", sourceLocation: sourceLocation)
            return
        }
        actions.removeFirst()
        #expect(String(decoding: bytes, as: UTF8.self) == text, sourceLocation: sourceLocation)
    }

    /// The client does exactly this next.
    mutating func does(_ action: ClientAction, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(actions.first == action, sourceLocation: sourceLocation)
        actions = Array(actions.dropFirst())
    }

    /// The transaction ends with these outcomes.
    mutating func ends(_ outcomes: RecipientOutcome..., sourceLocation: SourceLocation = #_sourceLocation) {
        guard case .transactionDone(let outcome)? = actions.first else {
            Issue.record("no outcome, but \(actions)", sourceLocation: sourceLocation)
            return
        }
        actions.removeFirst()
        #expect(outcome.recipients == outcomes, sourceLocation: sourceLocation)
    }

    /// The client has nothing more to do.
    func over(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(actions.isEmpty, sourceLocation: sourceLocation)
    }
}

extension ClientConfiguration {
    /// No TLS, no AUTH.
    static let plain = configured(tls: .never)

    static func configured(
        tls: TLSPolicy, credentials: Credentials? = nil, plaintextAuthentication: Bool = false
    ) -> ClientConfiguration {
        ClientConfiguration(
            name: known(HeloName("client.example")), tls: tls, credentials: credentials,
            allowsPlaintextAuthentication: plaintextAuthentication)
    }
}

/// What a test knows to be valid.
func known<Value>(_ value: Value?) -> Value {
    guard let value else { preconditionFailure("a value in a test is not valid") }
    return value
}

func mailbox(_ text: String) -> Mailbox { known(Mailbox(text)) }

/// From `a@example.org` to the given recipients, `octets` long.
func letter(
    to recipients: String..., octets: Int = 9, isEightBit: Bool = false, hasInternationalHeader: Bool = false,
    notifications: NotificationRequest = NotificationRequest()
) -> Transaction {
    known(
        Transaction(
            sender: mailbox("a@example.org"), recipients: recipients.map(mailbox), contentOctets: octets,
            isEightBit: isEightBit, hasInternationalHeader: hasInternationalHeader, notifications: notifications))
}

func reply(_ code: UInt16, _ text: String = "", status: EnhancedStatus? = nil) -> Reply {
    Reply(code: known(ReplyCode(rawValue: code)), status: status, lines: [text])
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
