public import Model

/// A body that is made while it is sent: a large export, or server-sent events.
///
/// **Contract.** The producer runs once, on the shard that the request came in by, which it must not block, when the
/// answer's head stands ready; for HEAD it does not run. It hands its pieces to the `BodyWriter`. When it returns, the
/// body is complete. A failure cannot be told any more, the head being sent: the connection is cut, which a client sees
/// by the missing last chunk (RFC 9112 §8; one of HTTP/1.0 does not). No more is in memory than what waits for the
/// client, a quarter of a megabyte and one piece.
///
/// **A client that goes**, or ends its side, cancels the producer's task, and `send` says false from then on.
///
/// **Shutdown** lets a stream that ends by itself end, for as long as the process waits. The task of an `endless` one
/// is cancelled, and it may still send its last words and return.
///
/// Not for routes whose answers are kept by an idempotency rule: a stream cannot be.
public final class AnswerStream: Sendable {
    public typealias Producer = @Sendable (BodyWriter) async throws(KernelFailure) -> Void

    package let produce: Producer
    /// It goes on until its client goes.
    package let isEndless: Bool

    public init(isEndless: Bool = false, _ produce: @escaping Producer) {
        self.isEndless = isEndless
        self.produce = produce
    }
}

extension AnswerStream: Equatable {
    /// The same stream; what two would send cannot be compared.
    public static func == (left: AnswerStream, right: AnswerStream) -> Bool { left === right }
}

/// Where the producer of a body puts its pieces, one at a time.
public struct BodyWriter: Sendable {
    private let take: @Sendable ([UInt8]) async -> Bool

    package init(_ take: @escaping @Sendable ([UInt8]) async -> Bool) { self.take = take }

    /// Hands over a piece, of any size, and returns when there is room for the next. False: the client has gone, and
    /// the producer should return.
    public func send(_ bytes: [UInt8]) async -> Bool { await take(bytes) }

    /// The same in UTF-8.
    public func send(_ text: String) async -> Bool { await take(Array(text.utf8)) }
}

/// One message of an event stream (HTML Living Standard, section 9.2). Its answer's type is `contentType`.
public enum ServerSentEvent {
    public static let contentType = "text/event-stream"

    /// `name` and `id` are the server's own words: one line. `data` may have any text; each of its lines becomes one of
    /// the message's.
    public static func text(name: String? = nil, id: String? = nil, data: String) -> String {
        var text = ""
        if let name { text += "event: \(name)\n" }
        if let id { text += "id: \(id)\n" }
        // The three ends of a line that a reader knows; "\r\n" is one character here.
        for line in data.split(omittingEmptySubsequences: false, whereSeparator: \.isNewlineOfEvents) {
            text += "data: \(line)\n"
        }
        return text + "\n"
    }

    /// Tells proxies that the connection is in use; readers pass it over.
    public static let heartbeat = ":\n\n"
}

extension Character {
    fileprivate var isNewlineOfEvents: Bool { self == "\n" || self == "\r" || self == "\r\n" }
}
