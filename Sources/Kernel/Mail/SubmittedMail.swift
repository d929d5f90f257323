import Base
import MailFormat
public import Model

/// A message that a client handed over as finished bytes, with its envelope. What it asks of the kernel is a
/// `Submission` like every other; `read` makes it.
public struct SubmittedMail: Sendable {
    /// RFC 5322; CR and LF stand together only.
    public var content: [UInt8]
    /// As RCPT gave them, checked; at least one.
    public var recipients: [MailAddress]
    /// nil: the null reverse-path.
    public var reversePath: String?
    /// The client said that header and addresses may be UTF-8.
    public var declaresUTF8: Bool
    public var trace: MailTrace
    public var reports: ReportWishes

    public init(
        content: [UInt8], recipients: [MailAddress], reversePath: String?, declaresUTF8: Bool, trace: MailTrace,
        reports: ReportWishes
    ) {
        self.content = content
        self.recipients = recipients
        self.reversePath = reversePath
        self.declaresUTF8 = declaresUTF8
        self.trace = trace
        self.reports = reports
    }

    /// Why a message is not taken, whatever the dialect.
    public enum Obstacle: Sendable, Equatable {
        /// RFC 5321 §6.3: it goes round in circles.
        case loop
        /// No server takes it as it is, and it cannot be made so that one does.
        case notTransportable
        /// It needs SMTPUTF8, and the server that all mail goes through knows none.
        case tooInternational
    }

    /// What keeps the message from ever arriving; nil where nothing does. `ownName`: what this server calls itself.
    public func obstacle(ownName: String) -> Obstacle? {
        if MailLoop.isLoop(content, ownName: ownName) { return .loop }
        return (try? TransportEncoding.encoded(content, takesEightBit: true)) == nil ? .notTransportable : nil
    }

    /// Reads the header: sender, subject, and which of the recipients it names where. The fields called `special`
    /// (lower case) are taken out of the bytes; their values are given by name, in the order of the fields.
    ///
    /// `messageMalformed` where there is no header, or not exactly one author (RFC 5322 §3.6.2 allows several, of whom
    /// only the first would be checked).
    public consuming func read(
        special: Set<String>
    ) throws(KernelFailure) -> (submission: Submission, fields: [(name: String, value: String)]) {
        guard let header = try? HeaderBlock(parsing: content), header.fields(named: "from").count == 1 else {
            throw .messageMalformed
        }
        // A member that is no address is a name with a comma in it and no quotation marks, as a rule (RFC 5322 §3.4):
        // what stands behind the comma is not all of the author.
        let members = header.fields(named: "from").flatMap { AddressListReader.mailboxes(in: header.bytes($0)) }
        guard members.count == 1, let author = members[0] else { throw .messageMalformed }
        var submission = Submission(
            from: MailAddress(author), to: [], subject: Self.subject(header.text(of: "subject") ?? ""))
        submission.messageID = Self.messageID(header)
        submission.replyTo = header.mailboxes(of: "reply-to").prefix(KernelLimits.replyToRead).map(MailAddress.init)
        assignRecipients(&submission, header)
        let fields = header.fields.filter { special.contains($0.name) }.map { (name: $0.name, value: header.text($0)) }
        let bytes = Self.bytes(content, without: special, header)
        let isEightBit = content[..<header.bodyStart].contains { $0 > 0x7F }
        // RFC 6532 §3.2: an author that only UTF-8 can write makes the message international, whatever was declared.
        let needsUTF8 = ([author] + header.mailboxes(of: "reply-to")).contains { $0.address.requiresSMTPUTF8 }
        submission.raw = RawContent(
            bytes: bytes, reversePath: reversePath, isInternational: isEightBit && (declaresUTF8 || needsUTF8),
            trace: trace,
            reports: reports)
        return (submission, fields)
    }

    /// RFC 5322 §3.6.4: one field at most; what is no such id is as none.
    private static func messageID(_ header: HeaderBlock) -> String? {
        let found = header.fields(named: "message-id")
        guard found.count == 1 else { return nil }
        let text = String(decoding: header.bytes(found[0]), as: UTF8.self)
        guard text.utf8.count <= MailLimits.headerValueMax, (try? MessageID(parsing: text)) != nil else { return nil }
        return text
    }

    /// A recipient whom To or Cc names is shown as standing there, with the name that it has there; every other was
    /// written to without being named.
    private func assignRecipients(_ submission: inout Submission, _ header: HeaderBlock) {
        let to = Self.named(header.mailboxes(of: "to"))
        let cc = Self.named(header.mailboxes(of: "cc"))
        var seen: Set<Key> = []
        for recipient in recipients {
            let key = Key(recipient)
            guard seen.insert(key).inserted else { continue }
            if let shown = to[key] {
                submission.to.append(shown)
            } else if let shown = cc[key] {
                submission.cc.append(shown)
            } else {
                submission.bcc.append(recipient)
            }
        }
    }

    private struct Key: Hashable {
        let localPart: Substring
        let domain: String

        init(_ address: MailAddress) {
            localPart = address.address[..<(address.address.lastIndex(of: "@") ?? address.address.endIndex)]
            domain = address.domain
        }
    }

    private static func named(_ mailboxes: [Mailbox]) -> [Key: MailAddress] {
        var named: [Key: MailAddress] = [:]
        for address in mailboxes.map(MailAddress.init) where named[Key(address)] == nil {
            named[Key(address)] = address
        }
        return named
    }

    private static func subject(_ text: String) -> String {
        guard text.utf8.count > MailLimits.headerValueMax else { return text }
        return String(decoding: text.utf8.prefix(MailLimits.headerValueMax), as: UTF8.self)
    }

    private static func bytes(_ content: [UInt8], without special: Set<String>, _ header: HeaderBlock) -> [UInt8] {
        let removed = header.fields.filter { special.contains($0.name) }
        guard !removed.isEmpty else { return content }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(content.count)
        var position = 0
        for field in removed {
            bytes += content[position..<field.range.lowerBound]
            position = field.range.upperBound
        }
        return bytes + content[position...]
    }
}

extension MailAddress {
    init(_ mailbox: Mailbox) {
        self.init(
            name: mailbox.displayName, checkedAddress: mailbox.address.text, domain: mailbox.address.domain)
    }
}

extension Submission {
    /// The same with what its finished bytes say: texts, files, and the header fields that callers may set. For
    /// looking at it, and for telling whether it asks for the same as another.
    var readable: Submission {
        guard let raw else { return self }
        var readable = self
        let content = ReceivedContent(raw.bytes)
        readable.text = content.text
        readable.html = content.html
        readable.attachments = content.files.map {
            Attachment(fileName: $0.name, contentType: $0.contentType, contentID: $0.contentID, content: $0.bytes)
        }
        if let header = try? HeaderBlock(parsing: raw.bytes) {
            readable.headers = header.fields.filter { !MailFormat.HeaderField.isReserved($0.name) }.map {
                Submission.HeaderField(name: header.originalName($0), value: header.text($0))
            }
        }
        return readable
    }
}
