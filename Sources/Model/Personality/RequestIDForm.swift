/// How a personality names each request, in a header field of its answer.
public struct RequestIDForm: Sendable, Equatable {
    public var headerName: String
    public var prefix: String
    /// Random lower-case letters and digits after the prefix.
    public var randomCharacters: Int

    public init(headerName: String, prefix: String, randomCharacters: Int) {
        self.headerName = headerName
        self.prefix = prefix
        self.randomCharacters = randomCharacters
    }
}
