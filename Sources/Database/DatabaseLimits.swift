/// The limits and settings of the database layer, with their units. `Storage` measured its figures with these.
public enum DatabaseLimits {
    /// How long a connection waits for another one's lock. The writer is alone, so only a checkpoint's short locks and
    /// an operator's own tools ever make it wait; without a timeout it would fail instead.
    static let busyTimeoutMilliseconds: Int32 = 5000
    /// Bytes per page. Against 4096: a fifth less CPU per message, half the write calls.
    public static let pageBytes = 8192
    /// KiB of page cache per connection. More was slower: fresh pages are faulted in instead of recycled.
    public static let cacheKibibytes = 16384
    /// The log's size at which a checkpoint begins, in frames of one page each: 16 MiB.
    public static let checkpointFrames = 2048
    /// Passive passes run beside the writer until fewer frames than this remain for the writer's own, last pass.
    static let lastPassFrames = 300
    /// Pages that a copy takes at a time: 8 MiB.
    static let pagesPerCopyStep: Int32 = 1024
    /// At most this many passes beside the writer, which keeps adding to the log.
    static let passesBesideWriter = 6
}
