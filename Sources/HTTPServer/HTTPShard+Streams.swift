import AdapterKit
import HTTPWire
import Model
import Posix
import Serving

/// Bodies that are made while they are sent.
extension HTTPShard {
    /// Sends the head, and begins to make the body.
    func begin(_ stream: AnswerStream, _ response: Response, _ context: ResponseContext, _ connection: Connection) {
        ResponseWriter.appendHead(
            response.head, context: context, date: currentDate(), to: &connection.link.output)
        guard !context.omitsBody, !response.head.status.forbidsContent else {
            return connection.state.responded(keepAlive: context.keepAlive)
        }
        connection.state.streamBegan(keepAlive: context.keepAlive)
        let outgoing = OutgoingStream(isChunked: context.chunks, isEndless: stream.isEndless)
        connection.stream = outgoing
        listenForEnd(connection)
        let id = connection.link.id
        let writer = BodyWriter { bytes in await self.take(bytes, id) }
        outgoing.task = Task.immediate(executorPreference: loop) {
            do throws(KernelFailure) {
                try await stream.produce(writer)
                self.streamEnded(id, isWhole: true)
            } catch {
                self.streamEnded(id, isWhole: false)
            }
        }
        if floor.isDraining, stream.isEndless { outgoing.task?.cancel() }
    }

    /// Puts a piece behind what waits to be sent, and waits for room for the next. False: the client has gone.
    private func take(_ bytes: [UInt8], _ id: ConnectionID) async -> Bool {
        guard let connection = floor[id], let stream = connection.stream else { return false }
        guard !bytes.isEmpty else { return true }
        if stream.isChunked {
            ResponseWriter.appendChunk(bytes, to: &connection.link.output)
        } else {
            connection.link.output += bytes
        }
        flush(connection)
        guard connection.link.unsentBytes > HTTPServerLimits.streamedBytesMax else { return true }
        return await withCheckedContinuation { stream.wait($0) }
    }

    /// The producer has returned. A body that is not whole is cut off behind what was made: nothing may look like its
    /// end.
    private func streamEnded(_ id: ConnectionID, isWhole: Bool) {
        guard let connection = floor[id], let stream = connection.stream else { return }
        connection.stream = nil
        guard isWhole else {
            _ = connection.link.send()
            return cut(connection)
        }
        if stream.isChunked { connection.link.output += ResponseWriter.lastChunk }
        connection.state.streamEnded()
        setDeadline(connection)
        flush(connection)
    }

    /// Some of the body was sent.
    func streamSent(_ connection: Connection) {
        setDeadline(connection)
        if connection.link.unsentBytes <= HTTPServerLimits.streamedBytesMax / 2 { connection.stream?.wake(true) }
    }

    /// The connection is closed: whoever makes its body hears of it.
    func abandonStream(_ connection: Connection) {
        guard let stream = connection.stream else { return }
        connection.stream = nil
        stream.task?.cancel()
        stream.wake(false)
    }

    // MARK: The client meanwhile

    /// Only reading tells that a client has gone to whom nothing is sent.
    private func listenForEnd(_ connection: Connection) {
        guard connection.parser.unusedCount == 0 else { return }
        floor.watch(connection, connection.link.watched.union(.readable))
    }

    /// What a client sends ahead is kept for later, once; the rest waits in the socket.
    func receiveMeanwhile(_ connection: Connection) {
        let progress: Progress<Int>
        do throws(PosixError) {
            progress = try floor.receive(connection)
        } catch {
            return close(connection)
        }
        guard case .done(let count) = progress else { return }
        if count == 0 { return close(connection) }
        if let secure = connection.link.secure {
            guard let plaintext = try? secure.receive(floor.received[..<count]), !secure.isClosedByPeer else {
                return close(connection)
            }
            connection.parser.receive(plaintext.span)
            if connection.link.hasUnsentOutput { flush(connection) }
        } else {
            floor.withReceived(count) { connection.parser.receive($0) }
        }
        guard connection.parser.unusedCount > 0 else { return }
        floor.watch(connection, connection.link.watched.subtracting(.readable))
    }
}
