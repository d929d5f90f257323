import Base

/// A request's head: its bytes once, and where its parts stand in them. Nothing is decoded or copied until asked for.
/// Everything in it has been validated (`FramingFault` says against what).
///
/// A class, so that the connection, the router and the handler pass one pointer around; it never changes.
public final class RequestHead: Sendable {
    /// From the method to the empty line, both included.
    public let bytes: [UInt8]
    public let method: HTTPMethod
    public let version: HTTPVersion
    public let framing: BodyFraming
    /// Whether the client lets the connection persist after this request (RFC 9112 §9.3).
    public let keepAlive: Bool
    /// The client waits for 100 (Continue) before it sends the body (RFC 9110 §10.1.1).
    public let expectsContinue: Bool
    /// The body is in a content coding other than `identity`. We decode none, so this is for 415 (RFC 9110 §15.5.16);
    /// the framing is sound, and the connection may go on.
    public let hasContentCoding: Bool

    private let fieldLines: [FieldLine]
    private let host: ByteRange?
    private let methodEnd: Int
    private let requestTarget: RequestTarget

    init(
        bytes: [UInt8], fieldLines: [FieldLine], host: ByteRange?, method: HTTPMethod, methodEnd: Int,
        target: RequestTarget, version: HTTPVersion, framing: BodyFraming, keepAlive: Bool, expectsContinue: Bool,
        hasContentCoding: Bool
    ) {
        self.bytes = bytes
        self.fieldLines = fieldLines
        self.host = host
        self.method = method
        self.methodEnd = methodEnd
        self.requestTarget = target
        self.version = version
        self.framing = framing
        self.keepAlive = keepAlive
        self.expectsContinue = expectsContinue
        self.hasContentCoding = hasContentCoding
    }
}

extension RequestHead {
    /// The method's token as it was sent.
    public var methodBytes: ArraySlice<UInt8> { bytes[..<methodEnd] }

    /// The whole request target as it was sent: visible ASCII.
    public var target: ArraySlice<UInt8> { bytes[requestTarget.whole.range] }

    /// The path of the target, still escaped, as `PathSegments` takes it. Empty for `*`, for CONNECT, and where an
    /// absolute target has none (which is the same as `/`, RFC 9110 §4.2.3).
    public var path: ArraySlice<UInt8> { bytes[requestTarget.path.range] }

    /// What follows the first `?` of the target, still escaped, as `QueryPairs` takes it; nil where there is none.
    public var query: ArraySlice<UInt8>? { requestTarget.query.map { bytes[$0.range] } }

    /// `OPTIONS *`: the request is about the server, not about a resource (RFC 9112 §3.2.4).
    public var isServerWide: Bool {
        // An absolute form of OPTIONS without path and query means the same.
        requestTarget.form == .asterisk
            || method == .options && requestTarget.form == .absolute && path.isEmpty && query == nil
    }

    /// Host and port that the request is for: the target's own where it has one, or else Host (RFC 9112 §3.2.2, §3.3).
    /// Empty where an HTTP/1.0 request names none.
    public var authority: ArraySlice<UInt8> { bytes[(requestTarget.authority ?? host)?.range ?? 0..<0] }
}

extension RequestHead {
    public var fieldCount: Int { fieldLines.count }

    /// Name and value of a field line in the order sent, `index` from 0 to below `fieldCount`. The value has no white
    /// space at its ends.
    public func field(at index: Int) -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
        let line = fieldLines[index]
        return (bytes[line.name.range], bytes[line.value.range])
    }

    /// The value of the field's first line as it was sent, nil where the head has none.
    public func firstBytes(of name: FieldName) -> ArraySlice<UInt8>? {
        firstLine(of: name, from: 0).map { bytes[fieldLines[$0].value.range] }
    }

    /// The value of the field's line as it was sent. Where it stands in several lines they are one list
    /// (RFC 9110 §5.3), of which only a comma is given: a field that may stand once then has a value that no reader
    /// takes.
    public func singleBytes(of name: FieldName) -> ArraySlice<UInt8>? {
        guard let first = firstLine(of: name, from: 0) else { return nil }
        guard firstLine(of: name, from: first + 1) == nil else { return Self.list }
        return bytes[fieldLines[first].value.range]
    }

    private static let list: ArraySlice<UInt8> = [ASCII.comma]

    /// The field's value as text: several lines are joined by `, ` (RFC 9110 §5.3), so a field that may stand only once
    /// and was sent twice has a value that no reader takes. Bytes that are not UTF-8 become U+FFFD. nil where the head
    /// has no such field.
    public func value(of name: FieldName) -> String? {
        guard let first = firstLine(of: name, from: 0) else { return nil }
        guard firstLine(of: name, from: first + 1) != nil else { return text(at: first) }
        return values(of: name).joined(separator: ", ")
    }

    /// The values of the field's lines in the order sent.
    public func values(of name: FieldName) -> [String] {
        var values: [String] = []
        var start = 0
        while let index = firstLine(of: name, from: start) {
            values.append(text(at: index))
            start = index + 1
        }
        return values
    }

    private func text(at index: Int) -> String {
        String(decoding: bytes[fieldLines[index].value.range], as: UTF8.self)
    }

    private func firstLine(of name: FieldName, from start: Int) -> Int? {
        let bytes = bytes
        let name = name.text.utf8Span.span
        for index in start..<fieldLines.count {
            let range = fieldLines[index].name
            if range.count == name.count, bytes.span.extracting(range.range).equalsIgnoringCase(name) { return index }
        }
        return nil
    }
}
