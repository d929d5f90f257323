import Base

/// What a received message says, for looking at: its texts and its files (RFC 2045, RFC 2046). Reading it changes
/// nothing; what is malformed is shown as well as it can be.
package struct ReceivedContent: Sendable {
    package struct File: Sendable {
        package var name: String
        /// `type/subtype`.
        package var contentType: String
        /// Without angle brackets.
        package var contentID: String?
        package var bytes: [UInt8]
    }

    /// The first plain text and the first HTML text that are no files; line ends are LF, and the one at the end of the
    /// last line is not part of it.
    package private(set) var text: String?
    package private(set) var html: String?
    package private(set) var files: [File] = []
    private var parts = 0

    package init(_ content: [UInt8]) {
        guard let header = try? HeaderBlock(parsing: content) else { return }
        read(content, header, to: content.count, depth: 0)
    }

    private mutating func read(_ content: [UInt8], _ header: HeaderBlock, to end: Int, depth: Int) {
        parts += 1
        guard parts <= MailLimits.partsMax, depth <= MailLimits.partDepthMax else { return }
        let type = ContentField(header.fields.first { $0.name == "content-type" }.map(header.bytes) ?? [])
        if type.value.hasPrefix("multipart/"), let boundary = type.parameters["boundary"], !boundary.isEmpty {
            for part in Self.parts(content[header.bodyStart..<end], boundary: Array("--\(boundary)".utf8)) {
                guard let inner = try? HeaderBlock(parsing: content, from: part.lowerBound, to: part.upperBound) else {
                    continue
                }
                read(content, inner, to: part.upperBound, depth: depth + 1)
            }
            return
        }
        take(content[header.bodyStart..<end], header, type)
    }

    private mutating func take(_ body: ArraySlice<UInt8>, _ header: HeaderBlock, _ type: ContentField) {
        let encoding = header.text(of: "content-transfer-encoding") ?? ""
        let bytes = TransferDecoding.decode(body, encoding)
        let disposition = ContentField(
            header.fields.first { $0.name == "content-disposition" }.map(header.bytes) ?? [])
        let name = disposition.parameters["filename"] ?? type.parameters["name"]
        let isFile = disposition.value == "attachment" || name != nil
        let charset = Charset(type.parameters["charset"] ?? "") ?? .utf8
        let kind = type.value.isEmpty ? "text/plain" : type.value
        if kind == "text/plain", !isFile, text == nil {
            text = Self.lines(charset.text(bytes))
        } else if kind == "text/html", !isFile, html == nil {
            html = Self.lines(charset.text(bytes))
        } else {
            let contentID = header.text(of: "content-id").map { $0.drop { $0 == "<" } }
            files.append(
                File(
                    name: name ?? "attachment", contentType: kind,
                    contentID: contentID.map { String($0.prefix { $0 != ">" }) }, bytes: bytes))
        }
    }

    private static func lines(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        var last: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if scalar == "\n", last == "\r" { scalars.removeLast() }
            scalars.append(scalar)
            last = scalar
        }
        if scalars.last == "\n" { scalars.removeLast() }
        return String(scalars)
    }

    /// The parts between the boundary's lines (RFC 2046 §5.1.1): the line end before a boundary belongs to it.
    private static func parts(_ body: ArraySlice<UInt8>, boundary: [UInt8]) -> [Range<Int>] {
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
