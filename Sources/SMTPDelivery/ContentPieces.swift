/// A message's content, given out piece by piece.
struct ContentPieces {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next piece, and whether it is the last. Content that fits into one piece is not copied.
    mutating func next() -> (piece: [UInt8], isLast: Bool) {
        let size = SMTPDeliveryLimits.contentPieceOctets
        if position == 0, bytes.count <= size {
            position = bytes.count
            return (bytes, true)
        }
        let end = min(position + size, bytes.count)
        defer { position = end }
        return (Array(bytes[position..<end]), end == bytes.count)
    }
}
