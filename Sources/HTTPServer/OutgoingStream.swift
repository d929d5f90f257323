/// A body that is being made for one connection. Belongs to the connection's shard.
final class OutgoingStream {
    /// The producer; nil until it waits for the first time.
    var task: Task<Void, Never>?
    let isChunked: Bool
    let isEndless: Bool
    /// Those who wait for room, with pieces that are taken already.
    private var waiting: [CheckedContinuation<Bool, Never>] = []

    init(isChunked: Bool, isEndless: Bool) {
        self.isChunked = isChunked
        self.isEndless = isEndless
    }

    func wait(_ continuation: CheckedContinuation<Bool, Never>) { waiting.append(continuation) }

    /// Lets those go on who wait; `true`: there is room, `false`: the client has gone.
    func wake(_ goesOn: Bool) {
        let waiting = self.waiting
        self.waiting = []
        for continuation in waiting { continuation.resume(returning: goesOn) }
    }
}
