import Base

/// Where the parts of a request target stand in the head (RFC 9112 §3.2).
///
/// Beyond its form, a target is held to visible ASCII without `#`. The few visible characters that RFC 3986 leaves out
/// (`"<>\^` and the like) are let through, since clients send them unescaped and no part ends at them.
struct RequestTarget: Sendable {
    /// The four forms of RFC 9112 §3.2.
    enum Form: Hashable, Sendable {
        case origin
        case absolute
        case authority
        case asterisk
    }

    let form: Form
    /// The whole target.
    let whole: ByteRange
    /// Empty for the authority and asterisk forms, and for an absolute form without a path.
    let path: ByteRange
    /// Without its `?`; nil where the target has none.
    let query: ByteRange?
    /// Of an absolute or authority form.
    let authority: ByteRange?

    init(_ bytes: Span<UInt8>, _ range: Range<Int>, method: HTTPMethod) throws(FramingFault) {
        guard let first = range.first else { throw .targetMissing }
        let queryMark = try Self.validate(bytes, range)
        let pathEnd = queryMark ?? range.upperBound
        let none = ByteRange(range.upperBound..<range.upperBound)
        whole = ByteRange(range)
        query = queryMark.map { ByteRange($0 + 1..<range.upperBound) }
        if method == .connect {  // RFC 9112 §3.2.3
            guard HostSyntax.isValid(bytes, range, requiring: .hostAndPort) else { throw .targetFormInvalid }
            (form, path, authority) = (.authority, none, whole)
        } else if bytes[first] == ASCII.slash {  // RFC 9112 §3.2.1
            (form, path, authority) = (.origin, ByteRange(range.lowerBound..<pathEnd), nil)
        } else if bytes[first] == UInt8(ascii: "*") {  // RFC 9112 §3.2.4
            guard range.count == 1, method == .options else { throw .targetFormInvalid }
            (form, path, authority) = (.asterisk, none, nil)
        } else {  // RFC 9112 §3.2.2
            let hostStart = try Self.endOfScheme(bytes, range)
            let hostEnd = bytes.firstOffset(of: ASCII.slash, in: hostStart..<pathEnd) ?? pathEnd
            // User information in an http URI is an error (RFC 9110 §4.2.4); `@` is no character of a host.
            guard HostSyntax.isValid(bytes, hostStart..<hostEnd, requiring: .host) else { throw .targetFormInvalid }
            form = .absolute
            path = ByteRange(hostEnd..<pathEnd)
            authority = ByteRange(hostStart..<hostEnd)
        }
    }

    /// Refuses bytes that no target has; returns the offset of the first `?`.
    private static func validate(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(FramingFault) -> Int? {
        var queryMark: Int?
        for index in range {
            let byte = bytes[index]
            guard ASCII.isVisible(byte) else {
                throw byte == ASCII.carriageReturn ? .bareCarriageReturn : .targetByteInvalid
            }
            if byte == UInt8(ascii: "#") { throw .targetFragment }
            if byte == ASCII.question, queryMark == nil { queryMark = index }
        }
        return queryMark
    }

    /// The offset after `http://` or `https://`; we serve no other scheme.
    private static func endOfScheme(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(FramingFault) -> Int {
        for scheme: StaticString in ["http://", "https://"] {
            let end = range.lowerBound + scheme.utf8CodeUnitCount
            if end <= range.upperBound, bytes.extracting(range.lowerBound..<end).equalsIgnoringCase(scheme) {
                return end
            }
        }
        throw .targetFormInvalid
    }
}
