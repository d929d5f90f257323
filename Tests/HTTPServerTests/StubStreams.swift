import AdapterKit
import Model
import Synchronization

/// Bodies that are made while they are sent: `/three` pieces; a `/flood` of 50 MB, more than kernels hold for one
/// connection; `/broken` after one piece; `/hold` and `/endless`, which say something, wait until they are cancelled,
/// and say something again.
final class StubStreams: Sendable {
    static let floodPieces = 800
    static let pieceBytes = 65_536

    /// What the producers saw, as it comes.
    let notes: AsyncStream<String>
    private let noted: AsyncStream<String>.Continuation
    private let count = Mutex(0)

    init() { (notes, noted) = AsyncStream.makeStream() }

    /// Pieces of floods that were taken.
    var piecesTaken: Int { count.withLock { $0 } }

    func stream(_ path: String) -> AnswerStream? {
        switch path {
        case "/three": AnswerStream(three)
        case "/flood": AnswerStream(flood)
        case "/broken": AnswerStream(broken)
        case "/hold": AnswerStream(hold)
        case "/endless": AnswerStream(isEndless: true, hold)
        default: nil
        }
    }

    private func three(_ body: BodyWriter) async {
        noted.yield("begun")
        for piece in ["one", "", "two", "three"] {
            guard await body.send(piece) else { return }
        }
    }

    private func flood(_ body: BodyWriter) async {
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: Self.pieceBytes)
        for _ in 0..<Self.floodPieces {
            guard await body.send(piece) else {
                noted.yield("gone")
                return
            }
            count.withLock { $0 += 1 }
        }
    }

    private func broken(_ body: BodyWriter) async throws(KernelFailure) {
        guard await body.send("half") else { return }
        throw .storageUnavailable
    }

    private func hold(_ body: BodyWriter) async {
        guard await body.send("hello") else { return }
        let (never, continuation) = AsyncStream<Void>.makeStream()
        for await _ in never {}
        withExtendedLifetime(continuation) {}
        noted.yield(await body.send("bye") ? "said bye" : "gone")
    }
}
