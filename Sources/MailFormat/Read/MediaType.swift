import Base

/// A media type for an attachment: `type/subtype` of RFC 2045 §5.1 tokens, with the parameters that are plain.
public struct MediaType: Hashable, Sendable {
    /// `text/calendar`, lower case.
    public let essence: String
    /// In the order given, names in lower case, values unquoted.
    let parameters: [Parameter]

    struct Parameter: Hashable, Sendable {
        var name: String
        var value: String
    }

    public static let octetStream = MediaType(essence: "application/octet-stream", parameters: [])

    private init(essence: String, parameters: [Parameter]) {
        self.essence = essence
        self.parameters = parameters
    }

    /// Reads what a caller says of an attachment; nil unless it begins with a type and a subtype. Parameters that are
    /// malformed, that the composer writes itself, or whose quoted value holds a `;` or an escape, are dropped.
    public init?(_ text: String) {
        guard text.utf8.count <= MailLimits.mediaTypeMax else { return nil }
        let pieces = text.split(separator: ";", omittingEmptySubsequences: false)
        let names = pieces[0].trimmingSpaces().split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(MailCharacter.isToken) }) else {
            return nil
        }
        essence = names.joined(separator: "/").asciiLowercased
        parameters = pieces.dropFirst().compactMap(Self.parameter)
    }

    /// What a file of this name most likely is; `octetStream` for an unknown ending.
    public init(guessedFrom fileName: String) {
        let ending = fileName.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last ?? ""
        let essence = Self.typesByEnding[String(ending).asciiLowercased] ?? Self.octetStream.essence
        self.init(essence: essence, parameters: [])
    }

    /// Whether the type forbids every encoding but the identity (RFC 2045 §6.4, RFC 2046 §5.2.1), and an attachment
    /// that is always in Base64 cannot have it.
    var isComposite: Bool { essence.hasPrefix("multipart/") || essence.hasPrefix("message/") }

    private static func parameter(_ text: Substring) -> Parameter? {
        guard let equals = text.firstIndex(of: "=") else { return nil }
        let name = String(text[..<equals].trimmingSpaces()).asciiLowercased
        var value = text[text.index(after: equals)...].trimmingSpaces()
        if value.utf8.count >= 2, value.utf8.first == ASCII.quote, value.utf8.last == ASCII.quote {
            value = value.dropFirst().dropLast()
        } else {
            guard value.utf8.allSatisfy(MailCharacter.isToken) else { return nil }
        }
        guard !name.isEmpty, !value.isEmpty, name.utf8.allSatisfy(MailCharacter.isLetterOrDigit),
            value.utf8.allSatisfy({ MailCharacter.isPrintable($0) && $0 != ASCII.quote && $0 != ASCII.backslash }),
            !managedParameters.contains(name)
        else { return nil }
        return Parameter(name: name, value: String(value))
    }

    private static let managedParameters: Set<String> = ["boundary", "name", "filename"]

    private static let typesByEnding = [
        "avif": "image/avif", "bmp": "image/bmp", "gif": "image/gif", "jpeg": "image/jpeg", "jpg": "image/jpeg",
        "png": "image/png", "svg": "image/svg+xml", "tif": "image/tiff", "tiff": "image/tiff", "webp": "image/webp",
        "csv": "text/csv", "htm": "text/html", "html": "text/html", "ics": "text/calendar", "md": "text/markdown",
        "txt": "text/plain", "vcf": "text/vcard", "xml": "application/xml",
        "gz": "application/gzip", "json": "application/json", "pdf": "application/pdf", "rtf": "application/rtf",
        "zip": "application/zip",
        "doc": "application/msword", "ppt": "application/vnd.ms-powerpoint", "xls": "application/vnd.ms-excel",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "mp3": "audio/mpeg", "wav": "audio/wav", "mov": "video/quicktime", "mp4": "video/mp4", "webm": "video/webm",
    ]
}
