import Base

/// One `name=value` of a query.
public struct QueryPair: Hashable, Sendable {
    public let name: String
    public let value: String
}

/// A query read as application/x-www-form-urlencoded, the way every client library writes one: pairs between `&`, `+`
/// for a space, percent escapes.
public enum QueryPairs {
    public static let countLimit = 256

    /// The pairs in the order sent. A name may come more than once; a pair without `=` has an empty value; empty pairs
    /// are passed over. `query` is as `RequestHead.query` gives it; nil has no pairs.
    public static func decode(_ query: ArraySlice<UInt8>?) throws(TargetFault) -> [QueryPair] {
        guard let query else { return [] }
        var pairs: [QueryPair] = []
        for piece in query.split(separator: UInt8(ascii: "&")) {
            guard pairs.count < countLimit else { throw .partsExceeded(limit: countLimit) }
            let mark = piece.firstIndex(of: ASCII.equals) ?? piece.endIndex
            let name = try PercentEncoding.decode(piece[..<mark], plusIsSpace: true)
            let value = try PercentEncoding.decode(piece[mark...].dropFirst(), plusIsSpace: true)
            pairs.append(QueryPair(name: name, value: value))
        }
        return pairs
    }

    /// The same of a query of which some cannot be decoded: what cannot stands as it was sent behind a NUL, which makes
    /// it a text that nothing else is equal to or contains. Of more pairs than are taken, the first.
    public static func decodeEach(_ query: ArraySlice<UInt8>?) -> [QueryPair] {
        if let pairs = try? decode(query) { return pairs }
        let pieces = (query ?? []).split(separator: UInt8(ascii: "&")).prefix(countLimit)
        return pieces.map { piece in
            let mark = piece.firstIndex(of: ASCII.equals) ?? piece.endIndex
            return QueryPair(name: text(piece[..<mark]), value: text(piece[mark...].dropFirst()))
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        (try? PercentEncoding.decode(bytes, plusIsSpace: true)) ?? "\0" + String(decoding: bytes, as: UTF8.self)
    }
}
