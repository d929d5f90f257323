/// What a received message says, for looking at: its texts and its files (RFC 2045, RFC 2046). Reading it changes
/// nothing; what is malformed is shown as well as it can be.
public struct ReceivedContent: Sendable {
    public struct File: Sendable {
        public var name: String
        /// `type/subtype`.
        public var contentType: String
        /// Without angle brackets.
        public var contentID: String?
        public var bytes: [UInt8]
    }

    /// The first plain text and the first HTML text that are no files; line ends are LF, and the one at the end of the
    /// last line is not part of it.
    public private(set) var text: String?
    public private(set) var html: String?
    public private(set) var files: [File] = []

    public init(_ content: [UInt8]) {
        guard let header = try? HeaderBlock(parsing: content) else { return }
        for part in ReceivedPart.leaves(of: content, header) { take(part) }
    }

    private mutating func take(_ part: ReceivedPart) {
        let header = part.header
        let disposition = ContentField(
            header.fields.first { $0.name == "content-disposition" }.map(header.bytes) ?? [])
        let name = disposition.parameters["filename"] ?? part.type.parameters["name"]
        let isFile = disposition.value == "attachment" || name != nil
        if part.kind == "text/plain", !isFile, text == nil {
            text = Self.lines(part.text)
        } else if part.kind == "text/html", !isFile, html == nil {
            html = Self.lines(part.text)
        } else {
            let contentID = header.text(of: "content-id").map { $0.drop { $0 == "<" } }
            files.append(
                File(
                    name: name ?? "attachment", contentType: part.kind,
                    contentID: contentID.map { String($0.prefix { $0 != ">" }) }, bytes: part.bytes))
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
}
