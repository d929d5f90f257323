import Base

/// What was said on one connection, kept for whoever asks later why an attempt ended as it did.
///
/// It has no credentials and no content, only that there were some. It does have addresses, and what strangers wrote:
/// show it to the message's owner, never log it. Bounded by `SMTPLimits`; what does not fit is left out, and a line
/// says so. A value of one owner.
public struct Dialogue: Hashable, Sendable {
    private enum Part: Hashable {
        case opening
        /// Nobody's attempt: RSET, QUIT and their replies.
        case between
        case transaction
    }

    private struct Line: Hashable {
        /// Where it ends in the transaction's text.
        let end: Int
        /// Whom it concerns alone; nil: everybody.
        let recipient: Int?
    }

    /// Lines up to a bound.
    private struct Text: Hashable {
        private(set) var bytes: [UInt8] = []
        private var isFull = false

        mutating func add(_ bound: Int, _ write: (inout [UInt8]) -> Void) {
            guard !isFull else { return }
            let start = bytes.count
            write(&bytes)
            if bytes.count >= bound {
                isFull = true
                bytes.removeSubrange(start...)
                bytes.append(literal: "* the rest was not kept")
            }
            bytes.append(ASCII.lineFeed)
        }

        mutating func clear() {
            bytes.removeAll(keepingCapacity: true)
            isFull = false
        }
    }

    private var part = Part.opening
    /// Up to the first idle moment, with what was tried before this connection.
    private var opening = Text()
    /// Of the transaction that began last.
    private var transaction = Text()
    private var lines: [Line] = []

    public init() {}

    /// The lines that concern one recipient of the transaction that began last, the opening before them. Each begins
    /// with `C: ` for what we said, `S: ` for the server's words, `* ` for what else happened, and ends with LF.
    public func text(of recipient: Int) -> String {
        var text = opening.bytes
        var start = 0
        for line in lines {
            if line.recipient == nil || line.recipient == recipient { text += transaction.bytes[start..<line.end] }
            start = line.end
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// What was said where no transaction could begin.
    public var openingText: String { String(decoding: opening.bytes, as: UTF8.self) }

    // MARK: Parts

    /// The connection is ready; what comes belongs to nobody until a transaction begins.
    mutating func opened() { part = .between }

    mutating func transactionBegins() {
        part = .transaction
        transaction.clear()
        lines.removeAll(keepingCapacity: true)
    }

    mutating func transactionEnds() { part = .between }

    // MARK: Lines

    /// `text`: one line of ours, without anything that a server said.
    public mutating func note(_ text: String) {
        add { line in
            line.append(literal: "* ")
            line.append(text)
        }
    }

    mutating func say(_ command: ClientCommand, to recipient: Int? = nil) {
        add(recipient) { line in
            line.append(literal: "C: ")
            command.withoutCredentials.append(to: &line)
            line.removeLast(2)
        }
    }

    /// An answer to a challenge.
    mutating func sayCredentials() { add { $0.append(literal: "C: (credentials)") } }

    mutating func hear(_ reply: Reply, of recipient: Int? = nil) {
        for (index, text) in reply.lines.enumerated() {
            add(recipient) { line in
                line.append(literal: "S: ")
                line.appendDecimal(reply.code.rawValue)
                line.append(index == reply.lines.count - 1 ? ASCII.space : ASCII.hyphen)
                if let status = reply.status {
                    line.append("\(status)")
                    if !text.isEmpty { line.append(ASCII.space) }
                }
                line.append(text)
            }
        }
    }

    private mutating func add(_ recipient: Int? = nil, _ write: (inout [UInt8]) -> Void) {
        switch part {
        case .between: break
        case .opening: opening.add(SMTPLimits.dialogueOpeningOctetsMax, write)
        case .transaction:
            transaction.add(SMTPLimits.dialogueTransactionOctetsMax, write)
            lines.append(Line(end: transaction.bytes.count, recipient: recipient))
        }
    }
}

extension ClientCommand {
    /// As it may be shown.
    fileprivate var withoutCredentials: ClientCommand {
        guard case .authenticate(let mechanism, .some) = self else { return self }
        return .authenticate(mechanism, initialResponse: Array("(credentials)".utf8))
    }
}

extension CloseReason {
    /// What happened, in our words.
    public var sentence: String {
        switch self {
        case .requested, .idleTooLong, .transactionLimit: "the connection was over"
        case .greetingRefused, .helloRefused, .tlsRefused, .authenticationRefused, .resetRefused,
            .serviceNotAvailable, .contentInterrupted:
            "the next hop ended the session"
        case .tlsNotOffered: "the next hop does not offer TLS, which is required"
        case .authenticationNotOffered: "the next hop offers no authentication that is known here"
        case .authenticationNeedsTLS: "the password is not sent outside TLS"
        case .tlsFailed: "the TLS handshake failed"
        case .connectionLost: "the connection to the next hop was lost"
        case .timedOut: "the next hop stopped answering"
        case .protocolViolation: "the next hop does not keep to the protocol"
        case .contentInvalid: "the message has a line end that is not CRLF"
        }
    }
}
