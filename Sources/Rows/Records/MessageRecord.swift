import Base
public import Model
public import Ports

/// The stored form of a message: `head` for what every read needs, `body` for texts and attachments.
///
/// Each begins with a version byte. Encoding runs on the shard, so that the writer only binds.
public enum MessageRecord {
    private static let version = 1
    /// Of a body that is finished bytes.
    private static let rawVersion = 2
    /// Of a head behind which stands what most messages have not.
    private static let extendedVersion = 2
    /// Of a body behind which stands a text for readers that show AMP.
    private static let ampVersion = 3

    // MARK: Head

    /// All of a submission but its texts and attachments.
    public static func head(of message: NewMessage) -> [UInt8] {
        let submission = message.submission
        let extras = HeadExtra.all(of: submission)
        var writer = RecordWriter(reserving: 256)
        writer.integer(extras.isEmpty ? version : extendedVersion)
        writer.address(submission.from)
        writer.list(submission.to) { $0.address($1) }
        writer.list(submission.cc) { $0.address($1) }
        writer.list(submission.bcc) { $0.address($1) }
        writer.list(submission.replyTo) { $0.address($1) }
        writer.text(submission.subject)
        writer.list(submission.headers) { writer, header in
            writer.text(header.name)
            writer.text(header.value)
        }
        writer.list(submission.tags) { $0.text($1) }
        writer.integer(submission.unsubscribe ? 1 : 0)
        writer.optionalText(submission.scheduledAt.map { String($0.nanoseconds) })
        if !extras.isEmpty {
            writer.list(extras) { writer, extra in
                writer.integer(extra.kind.rawValue)
                writer.blob(extra.bytes)
            }
        }
        return writer.bytes
    }

    /// A submission without its texts and attachments.
    public static func submission(head: [UInt8]) throws(RecordError) -> Submission {
        var reader = RecordReader(head)
        let found = try reader.integer()
        guard found == version || found == extendedVersion else { throw RecordError() }
        let from = try reader.address()
        let to = try reader.list { reader throws(RecordError) in try reader.address() }
        let cc = try reader.list { reader throws(RecordError) in try reader.address() }
        let bcc = try reader.list { reader throws(RecordError) in try reader.address() }
        let replyTo = try reader.list { reader throws(RecordError) in try reader.address() }
        let subject = try reader.text()
        let headers = try reader.list { reader throws(RecordError) in
            Submission.HeaderField(name: try reader.text(), value: try reader.text())
        }
        let tags = try reader.list { reader throws(RecordError) in try reader.text() }
        let unsubscribe = try reader.integer() == 1
        let scheduled = try reader.optionalText().flatMap { Int64($0) }
        var submission = Submission(
            from: from, to: to, cc: cc, bcc: bcc, replyTo: replyTo, subject: subject, headers: headers, tags: tags,
            scheduledAt: scheduled.map { Instant(nanoseconds: $0) }, unsubscribe: unsubscribe)
        guard found == extendedVersion else { return submission }
        _ = try reader.list { reader throws(RecordError) in
            try HeadExtra.read(kind: reader.integer(), reader.blob(), into: &submission)
        }
        return submission
    }

    // MARK: Body

    /// The texts and attachments, or the finished bytes of one that came as such.
    public static func body(of submission: Submission) -> [UInt8] {
        if let raw = submission.raw { return body(of: raw) }
        let attached = submission.attachments.reduce(0) { $0 + $1.content.count + 128 }
        let texts = (submission.text?.utf8.count ?? 0) + (submission.html?.utf8.count ?? 0)
        var writer = RecordWriter(reserving: texts + (submission.amp?.utf8.count ?? 0) + attached + 16)
        writer.integer(submission.amp == nil ? version : ampVersion)
        writer.optionalText(submission.text)
        writer.optionalText(submission.html)
        writer.list(submission.attachments) { writer, attachment in
            writer.text(attachment.fileName)
            writer.optionalText(attachment.contentType)
            writer.optionalText(attachment.contentID)
            writer.blob(attachment.content)
        }
        if let amp = submission.amp { writer.text(amp) }
        return writer.bytes
    }

    /// Puts what `body(of:)` wrote into a submission that was read from its head.
    public static func read(body: [UInt8], into submission: inout Submission) throws(RecordError) {
        var reader = RecordReader(body)
        let found = try reader.integer()
        if found == rawVersion {
            submission.raw = try raw(&reader)
            return
        }
        guard found == version || found == ampVersion else { throw RecordError() }
        submission.text = try reader.optionalText()
        submission.html = try reader.optionalText()
        submission.attachments = try reader.list { reader throws(RecordError) in
            Attachment(
                fileName: try reader.text(), contentType: try reader.optionalText(),
                contentID: try reader.optionalText(), content: try reader.blob())
        }
        if found == ampVersion { submission.amp = try reader.text() }
    }
}

// MARK: Finished bytes

extension MessageRecord {
    private static func body(of raw: RawContent) -> [UInt8] {
        var writer = RecordWriter(reserving: raw.bytes.count + 256)
        writer.integer(rawVersion)
        writer.optionalText(raw.reversePath)
        writer.integer(raw.isInternational ? 1 : 0)
        writer.text(raw.trace?.heloName ?? "")
        writer.optionalText(raw.trace?.client?.description)
        // Empty where there is no trace.
        writer.text(raw.trace?.protocolName ?? "")
        writer.text(raw.trace?.serverName ?? "")
        writer.integer(Int(raw.reports.returned?.rawValue ?? 0))
        writer.optionalText(raw.reports.envelopeID)
        writer.list(raw.reports.recipients) { writer, wish in
            writer.text(wish.address)
            // Zero for a sender who did not say.
            writer.integer(wish.notify.map { Int($0) + 1 } ?? 0)
            writer.optionalText(wish.original)
        }
        writer.blob(raw.bytes)
        return writer.bytes
    }

    private static func raw(_ reader: inout RecordReader) throws(RecordError) -> RawContent {
        let reversePath = try reader.optionalText()
        let isInternational = try reader.integer() == 1
        let heloName = try reader.text()
        let client = try reader.optionalText().flatMap { IPAddress($0) }
        let (protocolName, serverName) = (try reader.text(), try reader.text())
        let trace = MailTrace(
            heloName: heloName, client: client, protocolName: protocolName, serverName: serverName)
        let returned = UInt8(exactly: try reader.integer()).flatMap { ReportWishes.Returned(rawValue: $0) }
        let envelopeID = try reader.optionalText()
        let recipients = try reader.list { reader throws(RecordError) in
            let address = try reader.text()
            let notify = try reader.integer()
            return ReportWishes.Recipient(
                address: address, notify: notify > 0 ? UInt8(truncatingIfNeeded: notify - 1) : nil,
                original: try reader.optionalText())
        }
        return RawContent(
            bytes: try reader.blob(), reversePath: reversePath, isInternational: isInternational,
            trace: protocolName.isEmpty ? nil : trace,
            reports: ReportWishes(returned: returned, envelopeID: envelopeID, recipients: recipients))
    }
}

extension RecordWriter {
    /// Name, address and domain.
    public mutating func address(_ address: MailAddress) {
        optionalText(address.name)
        text(address.address)
        text(address.domain)
    }
}

extension RecordReader {
    /// What `RecordWriter.address` wrote; not checked again.
    public mutating func address() throws(RecordError) -> MailAddress {
        MailAddress(name: try optionalText(), checkedAddress: try text(), domain: try text())
    }
}
