/// Where large contents are kept, beside the rows that name them. Any thread; every call blocks.
///
/// **Durability.** What `store` has returned for is on disk. It is stored before the transaction that names it begins,
/// and removed if that is not committed; what a crash leaves behind in between is removed at the next start, when no
/// transaction can be on its way.
public protocol ContentStore: Sendable {
    /// Keeps `content` under a name of its own, which it gives.
    func store(_ content: [UInt8]) throws(ContentError) -> String

    func read(_ name: String) throws(ContentError) -> [UInt8]

    /// What stays for an error is only space, and goes at the next start.
    func remove(_ name: String)

    /// Removes everything but what has these names.
    func removeOrphans(known: Set<String>) throws(ContentError)
}

/// A content that could not be written or read. Temporary: the disk is full, or does not answer.
public struct ContentError: Error, CustomStringConvertible {
    public let description: String

    public init(_ reason: String) { description = reason }
}
