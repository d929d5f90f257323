/// One field line of a response. The value is text without control characters; the writer makes sure.
public struct ResponseField: Hashable, Sendable {
    public var name: FieldName
    public var value: String

    public init(_ name: FieldName, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Status and fields of a final response. Content-Length, Connection, Transfer-Encoding and Date are the writer's;
/// where they stand here they are passed over, so that a handler can never contradict the framing.
public struct ResponseHead: Hashable, Sendable {
    public var status: HTTPStatus
    /// Sent in this order.
    public var fields: [ResponseField]

    public init(_ status: HTTPStatus, fields: [ResponseField] = []) {
        self.status = status
        self.fields = fields
    }
}
