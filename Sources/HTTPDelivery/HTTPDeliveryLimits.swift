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
    /// libcurl's buffers per transfer.
    static let receiveBufferBytes = 16 << 10
    static let sendBufferBytes = 16 << 10
    /// How long certificates that were read from a file are used before it is read again.
    static let certificateSeconds = 600
}
