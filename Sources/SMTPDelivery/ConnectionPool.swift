/// The connections of one way that are open and without work, the one used last at the end.
final class ConnectionPool {
    private let capacity: Int
    private var idle: [Connection] = []
    private var isClosing = false

    /// `capacity`: whoever uses the way holds at most so many at once, so that many at most are worth keeping.
    init(capacity: Int) { self.capacity = capacity }

    var count: Int {
        idle.removeAll { !$0.isIdle }
        return idle.count
    }

    func take() -> Connection? {
        while let connection = idle.popLast() {
            guard connection.isIdle else { continue }
            connection.isLeftAlone = false
            return connection
        }
        return nil
    }

    func giveBack(_ connection: Connection) {
        guard connection.isIdle else { return }
        if isClosing || count >= capacity { return connection.leave() }
        connection.isLeftAlone = true
        idle.append(connection)
    }

    /// Says QUIT on all, and keeps none from now on.
    func leave() -> [Connection] {
        isClosing = true
        defer { idle = [] }
        for connection in idle { connection.leave() }
        return idle
    }

    /// The same, and returns when they are closed, after `SMTPDeliveryLimits.quitTimeout` at the latest.
    func close() async { for connection in leave() { await connection.end() } }
}
