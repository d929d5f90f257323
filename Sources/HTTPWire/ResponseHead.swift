/// One field line of a response. The value is text without control characters; the writer makes sure.
package struct ResponseField: Hashable, Sendable {
    package var name: FieldName
    package var value: String

    package init(_ name: FieldName, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Status and fields of a final response. Content-Length, Connection, Transfer-Encoding and Date are the writer's;
/// where they stand here they are passed over, so that a handler can never contradict the framing.
package struct ResponseHead: Hashable, Sendable {
    package var status: HTTPStatus
    /// Sent in this order.
    package var fields: [ResponseField]

    package init(_ status: HTTPStatus, fields: [ResponseField] = []) {
        self.status = status
        self.fields = fields
    }
}
