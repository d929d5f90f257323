/// A whole request: its head, and its body with the framing taken off. Trailer fields are validated and dropped:
/// nothing that we serve gives them a meaning (RFC 9110 §6.5.1).
public struct Request: Sendable {
    public let head: RequestHead
    public let body: [UInt8]

    public init(head: RequestHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }
}
