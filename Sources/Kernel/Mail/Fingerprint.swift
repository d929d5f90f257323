import Base
import Crypto
import Model

/// What a request comes down to, as a digest: two requests with the same meaning have the same one, whatever the order
/// of their members, the way they came in, and the version of this program that computes it.
///
/// Every field is written with a tag and its length, so that no two different submissions write the same bytes. The
/// idempotency key itself is not part of it. A change of this form makes retries across an upgrade look like other
/// requests: add fields with new tags, written only where they are set.
struct Fingerprint {
    private var bytes: [UInt8] = []

    static func of(_ submission: Submission) -> Digest256 {
        var fingerprint = Fingerprint()
        fingerprint.bytes.reserveCapacity(512 + (submission.html?.utf8.count ?? 0) + (submission.text?.utf8.count ?? 0))
        fingerprint.append(submission)
        return SHA256.digest(fingerprint.bytes)
    }

    private mutating func append(_ submission: Submission) {
        append("f", [submission.from])
        append("t", submission.to)
        append("c", submission.cc)
        append("b", submission.bcc)
        append("r", submission.replyTo)
        append("s", submission.subject)
        if let text = submission.text { append("x", text) }
        if let html = submission.html { append("h", html) }
        for header in submission.headers {
            append("n", header.name)
            append("v", header.value)
        }
        for tag in submission.tags { append("g", tag) }
        for attachment in submission.attachments { append(attachment) }
        if let scheduled = submission.scheduledAt { append("d", String(scheduled.nanoseconds)) }
        if submission.unsubscribe { append("u", "") }
        if let facet = submission.facet { append("o", facet) }
        if let amp = submission.amp { append("a", amp) }
        if submission.division != .perMessage { append("D", String(submission.division.rawValue)) }
        if let wish = submission.sandbox { append("w", String(wish.rawValue)) }
        if let end = submission.expiresAt { append("e", String(end.nanoseconds)) }
    }

    private mutating func append(_ tag: Character, _ addresses: [MailAddress]) {
        for address in addresses {
            append(tag, address.address)
            if let name = address.name { append("N", name) }
        }
    }

    private mutating func append(_ attachment: Attachment) {
        append("F", attachment.fileName)
        if let type = attachment.contentType { append("T", type) }
        if let id = attachment.contentID { append("I", id) }
        append("A", attachment.content)
    }

    private mutating func append(_ tag: Character, _ text: String) {
        appendHead(tag, count: text.utf8.count)
        bytes.append(text)
    }

    private mutating func append(_ tag: Character, _ content: [UInt8]) {
        appendHead(tag, count: content.count)
        bytes.append(contentsOf: content)
    }

    private mutating func appendHead(_ tag: Character, count: Int) {
        // A tag is one ASCII letter.
        bytes.append(tag.asciiValue ?? 0)
        bytes.appendDecimal(count)
        bytes.append(ASCII.colon)
    }
}
