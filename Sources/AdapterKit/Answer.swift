/// A field of an answer's head.
public struct AnswerField: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What a route answers. The server adds the framing, the date, the request id and the rate fields.
public struct Answer: Sendable, Equatable {
    /// The HTTP status code.
    public var status: Int
    public var fields: [AnswerField]
    public var contentType: String
    /// All of the body; empty where there is a stream.
    public var body: [UInt8]
    /// A body that is made while it is sent; nil for most.
    public var stream: AnswerStream?

    public init(status: Int, fields: [AnswerField] = [], contentType: String = Self.json, body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.contentType = contentType
        self.body = body
    }

    public init(status: Int, fields: [AnswerField] = [], contentType: String, stream: AnswerStream) {
        self.init(status: status, fields: fields, contentType: contentType, body: [])
        self.stream = stream
    }

    public static let json = "application/json"
}
