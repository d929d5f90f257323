package import AdapterKit
package import Base
package import HTTPWire
package import Kernel
package import Model

/// What stands behind a listener: a personality's gateway, the admin pages, the control socket.
///
/// **Contract.** `respond` is called once for each complete request, on the shard that read it, and must not block that
/// thread; what it awaits comes back there. It never fails: every failure is a response. A client that goes away does
/// not cancel it, but for a stream: see `AnswerStream`. `refuse` answers what is no request, and is the last thing sent
/// on its connection.
package protocol HTTPService: Sendable {
    /// How many bytes of body this request may have, asked before any of it is read.
    func bodyLimitBytes(for head: RequestHead) -> Int

    /// Whom a trusted proxy asks for with this head; nil where `peer` is none.
    func forwardedClient(of head: RequestHead, from peer: IPAddress?) -> IPAddress?

    /// What the head alone tells of a request whose body is still to come. Asked at most once, before anything of the
    /// body is taken; whoever asked gives the result to `respond` or `refuse`.
    func enter(_ head: RequestHead, from peer: IPAddress?) -> HeadEntry

    /// `entry`: nil where the whole request was here at once.
    func respond(to request: Request, from peer: IPAddress?, entry: HeadEntry?) async -> Response

    /// `entry`: where the head was well, and what follows it is not.
    func refuse(
        _ failure: KernelFailure, head: RequestHead?, from peer: IPAddress?, entry: HeadEntry?
    ) -> Response
}

extension HTTPService {
    /// Nobody stands in between.
    package func forwardedClient(of head: RequestHead, from peer: IPAddress?) -> IPAddress? { nil }
}

/// What a request's head came to.
package final class HeadEntry: Sendable {
    /// The answer does not depend on the body: `respond` is called with an empty one.
    let isDecided: Bool
    /// It came with a good key, or its sender is trusted otherwise: its body may take more room.
    let isKnown: Bool
    /// What a gateway has found out and counted.
    let passage: Gateway.Passage?

    package init(isDecided: Bool = false, isKnown: Bool = false) {
        self.isDecided = isDecided
        self.isKnown = isKnown
        passage = nil
    }

    init(isDecided: Bool, isKnown: Bool, passage: Gateway.Passage) {
        self.isDecided = isDecided
        self.isKnown = isKnown
        self.passage = passage
    }
}

/// A status, fields and a body; the framing is the server's.
package struct Response: Sendable {
    package var head: ResponseHead
    package var body: [UInt8]
    /// Nothing more is read from the connection: what came was not understood.
    package var closes: Bool
    /// The failure that it renders, for counting; nil for an answer that is none, or one that was kept.
    package var failure: FaultName?
    /// A body that is made while it is sent; `body` is empty then.
    package var stream: AnswerStream?
    /// Whose good key it answers; nil: nobody's.
    package var key: AccessKey.ID?
    /// The place that it has for being large; nil: none was taken for it yet.
    package var place: LargeAnswers.Held?

    package init(
        head: ResponseHead, body: [UInt8], closes: Bool = false, failure: FaultName? = nil,
        stream: AnswerStream? = nil
    ) {
        self.head = head
        self.body = body
        self.stream = stream
        self.closes = closes
        self.failure = failure
    }
}
