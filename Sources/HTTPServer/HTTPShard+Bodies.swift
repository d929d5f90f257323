import Base
import HTTPWire
import Model
import Serving

/// Bodies that come after their heads. What the head tells comes first: no room is kept for a body whose request it
/// refuses, memory is counted as bytes arrive and by who sends them, and who sends slowly is not waited for.
extension HTTPShard {
    /// Asked where nothing more can be said of the bytes that are here: a body that came with its head is whole.
    func enterIfNeeded(_ connection: Connection) {
        guard connection.state.phase == .readingBody, connection.entry == nil, let head = connection.head else {
            return
        }
        enter(head, connection)
    }

    func enter(_ head: RequestHead, _ connection: Connection) {
        let entry = connection.service.enter(head, from: connection.peer)
        connection.entry = entry
        guard !entry.isDecided else { return answerByHead(head, connection) }
        connection.pace = BodyPace(began: time.uptime, limits: limits)
        if connection.parser.awaitsContinue, !isTooLong(head, connection) {
            connection.link.output.append(contentsOf: ResponseWriter.continueResponse)
        }
    }

    /// Of a body that is short the rest is read and dropped. Whoever waits to be asked for it may send it or not, so
    /// nothing can be read behind (RFC 9110 §10.1.1).
    private func answerByHead(_ head: RequestHead, _ connection: Connection) {
        connection.endsWithAnswer =
            connection.parser.awaitsContinue
            || !connection.parser.dropBody(atMost: HTTPServerLimits.droppedBodyBytes)
        handle(Request(head: head, body: []), connection)
    }

    /// The parser refuses it at once, so the client must not be asked to send it (RFC 9110 §10.1.1).
    func isTooLong(_ head: RequestHead, _ connection: Connection) -> Bool {
        if case .length(let length) = head.framing { length > connection.parser.bodyLimit } else { false }
    }

    /// Counts what has arrived against the shard's memory.
    func countBody(_ connection: Connection) {
        guard connection.state.phase == .readingBody, let entry = connection.entry else { return }
        let held = connection.parser.heldBodyBytes
        guard held > HTTPServerLimits.uncountedBodyBytes else { return }
        let more = held - connection.reservedBodyBytes
        let (sum, limit) =
            entry.isKnown
            ? (bodyBytes, HTTPServerLimits.bodyBytesPerShard)
            : (strangersBodyBytes, HTTPServerLimits.strangersBodyBytesPerShard)
        guard sum + more <= limit else {
            refuse(.overloaded(retryAfter: HTTPServerLimits.retryAfter), connection)
            return flush(connection)
        }
        count(more, of: entry)
        connection.reservedBodyBytes = held
    }

    private func count(_ bytes: Int, of entry: HeadEntry) {
        if entry.isKnown { bodyBytes += bytes } else { strangersBodyBytes += bytes }
    }

    /// The request is whole, refused or gone.
    func endBody(_ connection: Connection) {
        guard let entry = connection.entry else { return }
        count(-connection.reservedBodyBytes, of: entry)
        connection.reservedBodyBytes = 0
        connection.entry = nil
        connection.pace = nil
    }

    /// Whether a body whose time to be looked at has come may take longer. One that stood still for the phase's own
    /// time may not.
    func isInTime(_ connection: Connection) -> Bool {
        let now = time.uptime
        guard connection.state.phase == .readingBody, var pace = connection.pace, let end = connection.phaseEnd,
            now < end
        else { return false }
        let isTooSlow = pace.isTooSlow(connection.parser.heldBodyBytes, at: now)
        connection.pace = pace
        connection.link.deadline = min(end, pace.deadline)
        return !isTooSlow
    }
}
