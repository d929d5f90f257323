import Base

/// A part of a received message that has no parts of its own (RFC 2045 §2.4, RFC 2046): what it is, and where it
/// stands.
struct ReceivedPart {
    let header: HeaderBlock
    /// Its `Content-Type`; empty where none is said.
    let type: ContentField
    /// The body's place in the message, as it was encoded.
    let range: Range<Int>
    private let content: [UInt8]

    /// The type in lower case; plain text where none is said (RFC 2045 §5.2).
    var kind: String { type.value.isEmpty ? "text/plain" : type.value }

    /// The body out of its transfer encoding.
    var bytes: [UInt8] {
        TransferDecoding.decode(content[range], header.text(of: "content-transfer-encoding") ?? "")
    }

    /// The body as text, in the character set that it names.
    var text: String { (Charset(type.parameters["charset"] ?? "") ?? .utf8).text(bytes) }

    /// All of a message's, in its order; those that lie too deep and those beyond `MailLimits.partsMax` are left out.
    static func leaves(of content: [UInt8], _ header: HeaderBlock) -> [ReceivedPart] {
        var walk = Walk(content: content)
        walk.enter(header, to: content.count, depth: 0)
        return walk.leaves
    }

    private struct Walk {
        let content: [UInt8]
        var leaves: [ReceivedPart] = []
        private var parts = 0

        init(content: [UInt8]) { self.content = content }

        mutating func enter(_ header: HeaderBlock, to end: Int, depth: Int) {
            parts += 1
            guard parts <= MailLimits.partsMax, depth <= MailLimits.partDepthMax else { return }
            let type = ContentField(header.fields.first { $0.name == "content-type" }.map(header.bytes) ?? [])
            guard type.value.hasPrefix("multipart/"), let boundary = type.parameters["boundary"], !boundary.isEmpty
            else {
                leaves.append(
                    ReceivedPart(header: header, type: type, range: header.bodyStart..<end, content: content))
                return
            }
            let inner = ReceivedPart.parts(content[header.bodyStart..<end], boundary: Array("--\(boundary)".utf8))
            for part in inner {
                guard let header = try? HeaderBlock(parsing: content, from: part.lowerBound, to: part.upperBound) else {
                    continue
                }
                enter(header, to: part.upperBound, depth: depth + 1)
            }
        }
    }

    /// The parts between the boundary's lines (RFC 2046 §5.1.1): the line end before a boundary belongs to it.
    static func parts(_ body: ArraySlice<UInt8>, boundary: [UInt8]) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start: Int?
        var line = body.startIndex
        while line < body.endIndex {
            let end = body[line...].firstIndex(of: ASCII.lineFeed).map { $0 + 1 } ?? body.endIndex
            if body[line..<end].starts(with: boundary) {
                let rest = body[line..<end].dropFirst(boundary.count)
                let isLast = rest.starts(with: [ASCII.hyphen, ASCII.hyphen])
                let isBoundary = rest.dropFirst(isLast ? 2 : 0).allSatisfy { $0 <= ASCII.space }
                if isBoundary {
                    if let start { parts.append(start..<max(start, line - 2)) }
                    start = isLast ? nil : end
                    if isLast { return parts }
                }
            }
            line = end
        }
        // A message that breaks off is shown as far as it goes.
        if let start { parts.append(start..<body.endIndex) }
        return parts
    }
}
