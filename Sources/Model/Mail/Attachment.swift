/// A file that travels with a message.
public struct Attachment: Hashable, Sendable {
    public var fileName: String
    /// `type/subtype`; nil lets the composer guess from the file name.
    public var contentType: String?
    /// Without angle brackets; set for an inline image that HTML names as `cid:` (RFC 2392).
    public var contentID: String?
    /// The decoded bytes.
    public var content: [UInt8]

    public init(fileName: String, contentType: String?, contentID: String?, content: [UInt8]) {
        self.fileName = fileName
        self.contentType = contentType
        self.contentID = contentID
        self.content = content
    }
}
