/// The limits of the HTTP server itself; those of the wire are `HTTPWire.HTTPLimits`,
/// those of every shard `ServingLimits`.
package enum HTTPServerLimits {
    /// Bytes of responses to pipelined requests that may gather in one write; then it is sent before more is read.
    static let gatheredOutputBytes = 64 * 1024
    /// Bytes of a streamed body that may wait to be sent; while there are more, its producer waits.
    static let streamedBytesMax = 256 * 1024
    /// Bytes of bodies that one shard holds while they arrive; a request beyond that is told to come back.
    static let bodyBytesPerShard = 256 * 1024 * 1024
    /// The same of bodies that came without a good key, on routes that ask for none.
    static let strangersBodyBytesPerShard = 16 * 1024 * 1024
    /// What has arrived of a body up to this size is not counted against the sums above.
    static let uncountedBodyBytes = 64 * 1024
    /// Bytes of the body of a request that was answered by its head that are read and dropped, so that the connection
    /// goes on; with a longer one it ends.
    static let droppedBodyBytes = 64 * 1024
    /// Bytes of an answer above which it goes out in pieces of so many, each made when the one before was taken; and
    /// how many pieces a client may take in one turn of the loop.
    static let pieceBytes = 256 * 1024
    static let piecesPerTurn = 16
    /// How long a client is told to wait when a shard's memory is taken.
    static let retryAfter: Duration = .seconds(1)
}
