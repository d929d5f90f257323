import Base

/// Writes a message (RFC 5322) with its MIME structure (RFC 2045, RFC 2046) from what it is to say.
///
/// Pure, and deterministic: equal contents give equal bytes, boundaries included. Any thread.
public enum MessageComposer {
    /// The whole message. Lines end with CRLF, none is longer than 998 octets, and all is ASCII unless
    /// `content.requiresSMTPUTF8`.
    public static func compose(_ content: MailContent) -> [UInt8] {
        var message = header(content)
        var boundaries = BoundarySource(seed: content.messageID.text)
        message.reserveCapacity(message.count + estimatedBodyBytes(content))
        body(content).write(to: &message, boundaries: &boundaries)
        // RFC 5321 §4.1.1.4: the last line of a message has an end too.
        if message.last != ASCII.lineFeed { message.append(literal: "\r\n") }
        return message
    }

    private static func header(_ content: MailContent) -> [UInt8] {
        var header = HeaderEncoder.structured("Date", content.date.rfc5322Date)
        header += HeaderEncoder.addresses("From", [content.from])
        let isHiding = content.hidesInternationalRecipients
        if !content.to.isEmpty { header += HeaderEncoder.addresses("To", content.to, hidingInternational: isHiding) }
        if !content.cc.isEmpty { header += HeaderEncoder.addresses("Cc", content.cc, hidingInternational: isHiding) }
        if content.to.isEmpty, content.cc.isEmpty {
            // RFC 5322 §3.4: an empty group says that the recipients are not shown.
            header += HeaderEncoder.structured("To", "undisclosed-recipients:;")
        }
        if !content.replyTo.isEmpty { header += HeaderEncoder.addresses("Reply-To", content.replyTo) }
        header += HeaderEncoder.unstructured("Subject", content.subject)
        header += HeaderEncoder.structured("Message-ID", content.messageID.description)
        for field in content.extraHeaders where !HeaderField.isReserved(field.name) {
            header +=
                StructuredField.words(of: field).map { HeaderEncoder.structured(field.name, $0) }
                ?? HeaderEncoder.unstructured(field.name, field.value)
        }
        // RFC 2045 §4
        header += HeaderEncoder.structured("MIME-Version", "1.0")
        return header
    }

    /// mixed( related( alternative( text, HTML ), inline images ), attachments ), without the levels that would hold
    /// one part only.
    private static func body(_ content: MailContent) -> MIMEPart {
        let isShownInside = { (attachment: MailAttachment) in content.html != nil && attachment.contentID != nil }
        let inline = content.attachments.filter(isShownInside).map { MIMEPart.attachment($0, .inline) }
        let separate = content.attachments.filter { !isShownInside($0) }.map { MIMEPart.attachment($0, .attachment) }
        var texts: [MIMEPart] = []
        // RFC 2046 §5.1.4: the plainest first, in "order of increasing faithfulness".
        if let text = content.text { texts.append(.text(text, subtype: "plain")) }
        // AMP stands before HTML: readers that do not know it take the last that they do know.
        if let amp = content.amp { texts.append(.text(amp, subtype: "x-amp-html")) }
        if let html = content.html { texts.append(.text(html, subtype: "html")) }
        if texts.isEmpty { texts.append(.text("", subtype: "plain")) }
        let readable = MIMEPart.combined(.related, [.combined(.alternative, texts)] + inline)
        return .combined(.mixed, [readable] + separate)
    }

    /// A little more than the body will take, so that the message is not copied as it grows.
    private static func estimatedBodyBytes(_ content: MailContent) -> Int {
        let texts = [content.text, content.html, content.amp].reduce(0) { $0 + ($1?.utf8.count ?? 0) }
        return content.attachments.reduce(2 * texts + 2048) { $0 + $1.bytes.count * 7 / 5 + 1024 }
    }
}
