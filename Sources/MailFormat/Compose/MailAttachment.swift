import Base

/// A file that goes with a message, checked when it is made.
public struct MailAttachment: Hashable, Sendable {
    public let fileName: String
    public let mediaType: MediaType
    /// What HTML names as `cid:`; an attachment that has one, beside an HTML body, is shown inside it.
    public let contentID: String?
    public let bytes: [UInt8]

    /// `contentType` is what the caller says of it: where that is absent, no media type, or one that Base64 cannot
    /// carry (`message/rfc822` and all of `multipart`), the type is guessed from the file name.
    public init(
        fileName: String, contentType: String?, contentID: String?, bytes: [UInt8]
    ) throws(MailFormatError) {
        guard (1...MailLimits.fileNameMax).contains(fileName.utf8.count),
            !fileName.unicodeScalars.contains(where: MailCharacter.isLineBreaking)
        else { throw .invalidFileName }
        self.fileName = fileName
        let stated = contentType.flatMap { MediaType($0) }
        mediaType = stated.flatMap { $0.isComposite ? nil : $0 } ?? MediaType(guessedFrom: fileName)
        self.contentID = try contentID.map(Self.checkedContentID)
        self.bytes = bytes
    }

    /// RFC 2392 §2 wants the form of a Message-ID; callers write `logo`, and every reader takes it.
    private static func checkedContentID(_ text: String) throws(MailFormatError) -> String {
        let inner = text.hasPrefix("<") && text.hasSuffix(">") ? String(text.dropFirst().dropLast()) : text
        guard (1...MailLimits.contentIDMax).contains(inner.utf8.count),
            inner.utf8.allSatisfy({ ASCII.isVisible($0) && $0 != ASCII.lessThan && $0 != ASCII.greaterThan })
        else { throw .invalidContentID }
        return inner
    }
}
