/// The limits of outbound HTTP, each with its unit.
enum HTTPDeliveryLimits {
    /// Bytes of an answer's head: status line and fields.
    static let headBytes = 64 << 10
    /// Bytes of an answer's body that are read at all. Beyond, the connection is given up: the status is known.
    static let bodyBytes = 256 << 10
    /// How long a kept connection may have been idle and still be used. Many servers close after 60 to 75 seconds.
    static let idleSeconds = 50
    /// Connections kept open over all destinations.
    static let keptConnections = 512
    /// Transfer handles kept for reuse.
    static let keptHandles = 256
    /// Addresses of one name that are tried; a name with more is called at the first ones.
    static let addresses = 8
    /// How long the addresses behind a name are used again without a question, so that a burst to one receiver asks
    /// once; and for how many names.
    static let addressAge: Duration = .seconds(1)
    static let rememberedNames = 4096
    /// Bytes of a URL's host, as DNS has them at most.
    static let hostBytes = 256
    /// libcurl's buffers per transfer.
    static let receiveBufferBytes = 16 << 10
    static let sendBufferBytes = 16 << 10
    /// How long certificates that were read from a file are used before it is read again.
    static let certificateSeconds = 600
}
