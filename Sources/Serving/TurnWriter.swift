import Posix

/// Output waits for the end of the turn. What a connection has been answered by then goes out in one write; and the
/// writes of all connections follow one another, because each that wakes a client which sleeps costs as much as the
/// rest of its request (two thirds of a `send` were the waking), and a client on this machine that was woken by the
/// first sees the others come.
final class TurnWriter<Connection: ServedConnection> {
    private let loop: EventLoop
    private let write: (Connection) -> Void
    private var gathered: [Connection] = []

    /// `write` is called for each connection that was gathered.
    init(_ loop: EventLoop, write: @escaping (Connection) -> Void) {
        self.loop = loop
        self.write = write
    }

    func gather(_ connection: Connection) {
        guard !connection.link.isGathered else { return }
        if gathered.isEmpty { loop.atTurnEnd { [unowned self] in writeAll() } }
        connection.link.isGathered = true
        gathered.append(connection)
        if gathered.count >= ServingLimits.gatheredConnections { writeAll() }
    }

    private func writeAll() {
        var connections: [Connection] = []
        swap(&connections, &gathered)
        for connection in connections {
            connection.link.isGathered = false
            write(connection)
        }
    }
}
