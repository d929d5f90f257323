import Base

/// A path cut at its slashes and decoded, in that order: an escaped slash stays inside its segment, so that it can
/// never move a request to another route.
public enum PathSegments {
    /// Far above any route's depth.
    public static let countLimit = 64
    /// A usual path's segments fit without growing.
    private static let usualCount = 8

    /// One segment per slash: `/` and an empty path give `[""]`, `/a/` gives `["a", ""]`, `//a` gives `["", "a"]`.
    /// `.` and `..` are segments like any other: paths name routes here, not files.
    ///
    /// `path` is as `RequestHead.path` gives it.
    public static func decode(_ path: ArraySlice<UInt8>) throws(TargetFault) -> [String] {
        var segments: [String] = []
        segments.reserveCapacity(usualCount)
        var start = path.startIndex + (path.first == ASCII.slash ? 1 : 0)
        while true {
            guard segments.count < countLimit else { throw .partsExceeded(limit: countLimit) }
            let end = path[start...].firstIndex(of: ASCII.slash) ?? path.endIndex
            segments.append(try PercentEncoding.decode(path[start..<end]))
            guard end < path.endIndex else { return segments }
            start = end + 1
        }
    }
}
