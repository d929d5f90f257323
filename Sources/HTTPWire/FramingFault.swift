/// Why a byte stream is not an acceptable HTTP/1.x request. Each is permanent for its connection: where a message ends
/// is no longer certain, so the connection is answered once and closed (RFC 9112 §9.6).
///
/// A case carries limits only, never bytes of the peer, so a fault may be logged.
public enum FramingFault: Error, Hashable, Sendable {
    // MARK: Lines

    /// A line ends in LF without CR. RFC 9112 §2.2 lets a recipient take it; we do not, as others may not either.
    case bareLineFeed
    /// A CR stands anywhere but before LF (RFC 9112 §2.2).
    case bareCarriageReturn
    /// More empty lines before a request line than tolerated (RFC 9112 §2.2).
    case leadingEmptyLinesExceeded(limit: Int)
    /// The head is longer than allowed (RFC 6585 §5).
    case headTooLarge(limit: Int)
    /// The head or the trailer section has more field lines than allowed (RFC 6585 §5).
    case fieldLinesExceeded(limit: Int)

    // MARK: Request line

    /// The method is not a token (RFC 9110 §9.1).
    case methodInvalid
    /// There is no target, or it is empty (RFC 9112 §3).
    case targetMissing
    /// The target is longer than allowed (RFC 9110 §15.5.15).
    case targetTooLong(limit: Int)
    /// The target holds a control character or a byte outside ASCII (RFC 3986 §2).
    case targetByteInvalid
    /// The target holds a fragment (RFC 9112 §3.2).
    case targetFragment
    /// The target has none of the four forms, or a form that its method may not have (RFC 9112 §3.2.1 to §3.2.4).
    case targetFormInvalid
    /// The version is absent or not `HTTP/` DIGIT `.` DIGIT; also a space within the target (RFC 9112 §2.3, §3).
    case versionInvalid
    /// A major version other than 1 (RFC 9110 §15.6.6).
    case versionUnsupported

    // MARK: Field lines

    /// A line begins with white space: obsolete folding (RFC 9112 §5.2), or a field line that hides (§2.2).
    case lineFolded
    /// A field line has no colon (RFC 9112 §5).
    case colonMissing
    /// White space stands between the field name and the colon (RFC 9112 §5.1).
    case fieldNameWhitespace
    /// The field name is empty or not a token (RFC 9110 §5.1).
    case fieldNameInvalid
    /// The field value holds NUL or another control character (RFC 9110 §5.5).
    case fieldValueInvalid

    // MARK: Host

    /// An HTTP/1.1 request without Host (RFC 9112 §3.2).
    case hostMissing
    /// More than one Host line (RFC 9112 §3.2).
    case hostDuplicated
    /// Host is not `uri-host [":" port]` (RFC 9110 §7.2).
    case hostInvalid

    // MARK: Body framing

    /// Content-Length is empty, signed or otherwise not 1*DIGIT (RFC 9110 §8.6).
    case contentLengthInvalid
    /// Content-Length does not fit an integer (RFC 9110 §8.6).
    case contentLengthOverflow
    /// More than one Content-Length, as lines or as a list, equal or not (RFC 9110 §8.6, RFC 9112 §6.3).
    case contentLengthRepeated
    /// Content-Length beside Transfer-Encoding: the mark of request smuggling (RFC 9112 §6.3).
    case contentLengthWithTransferEncoding
    /// Transfer-Encoding in an HTTP/1.0 message (RFC 9112 §6.1).
    case transferEncodingBeforeHTTP11
    /// The codings are empty, or do not end in exactly one `chunked` without parameters (RFC 9112 §6.3, §7.1).
    case transferEncodingInvalid
    /// A coding other than `chunked` is applied below it (RFC 9112 §6.1).
    case transferCodingUnsupported
    /// The body is longer than the caller allows (RFC 9110 §15.5.14).
    case bodyTooLarge(limit: Int)

    // MARK: Chunked coding

    /// A chunk size is empty, signed, prefixed or otherwise not 1*HEXDIG (RFC 9112 §7.1).
    case chunkSizeInvalid
    /// A chunk size has too many digits or does not fit an integer (RFC 9112 §7.1).
    case chunkSizeOverflow
    /// Something other than a well-formed extension follows a chunk size (RFC 9112 §7.1.1).
    case chunkExtensionInvalid
    /// The chunk extensions of the body are longer than allowed (RFC 9112 §7.1.1).
    case chunkExtensionsTooLong(limit: Int)
    /// Chunk data is not followed by CRLF (RFC 9112 §7.1).
    case chunkDataUnterminated
    /// The trailer section is longer than allowed (RFC 9112 §7.1.2).
    case trailerTooLarge(limit: Int)

    /// The peer ended the stream within a message (RFC 9112 §8).
    case messageTruncated
}

extension FramingFault {
    /// What a dialect needs to tell apart; several faults share one.
    public enum Kind: Hashable, Sendable {
        case malformed
        case headTooLarge
        case targetTooLong
        case bodyTooLarge
        case codingUnsupported
        case versionUnsupported
    }

    public var kind: Kind {
        switch self {
        case .headTooLarge, .fieldLinesExceeded: .headTooLarge
        case .targetTooLong: .targetTooLong
        case .bodyTooLarge: .bodyTooLarge
        case .transferCodingUnsupported: .codingUnsupported
        case .versionUnsupported: .versionUnsupported
        case .bareLineFeed, .bareCarriageReturn, .leadingEmptyLinesExceeded, .methodInvalid, .targetMissing,
            .targetByteInvalid, .targetFragment, .targetFormInvalid, .versionInvalid, .lineFolded, .colonMissing,
            .fieldNameWhitespace, .fieldNameInvalid, .fieldValueInvalid, .hostMissing, .hostDuplicated, .hostInvalid,
            .contentLengthInvalid, .contentLengthOverflow, .contentLengthRepeated, .contentLengthWithTransferEncoding,
            .transferEncodingBeforeHTTP11, .transferEncodingInvalid, .chunkSizeInvalid, .chunkSizeOverflow,
            .chunkExtensionInvalid, .chunkExtensionsTooLong, .chunkDataUnterminated, .trailerTooLarge,
            .messageTruncated:
            .malformed
        }
    }

    /// The status that the RFCs name; a dialect may choose another.
    public var status: HTTPStatus {
        switch kind {
        case .malformed: .badRequest
        case .headTooLarge: .requestHeaderFieldsTooLarge
        case .targetTooLong: .uriTooLong
        case .bodyTooLarge: .contentTooLarge
        case .codingUnsupported: .notImplemented  // RFC 9112 §6.1
        case .versionUnsupported: .httpVersionNotSupported
        }
    }
}
