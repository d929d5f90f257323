import Model

/// What large answers that their clients have not taken yet hold of a shard's memory: in all, and of each key. A value.
struct UnsentAnswers {
    /// Who an answer is for, and its bytes.
    struct Held: Equatable {
        /// nil: nobody known.
        let key: AccessKey.ID?
        let bytes: Int
    }

    private var total = 0
    private var byKey: [AccessKey.ID?: Int] = [:]

    /// Counts an answer; nil where there is no room for it. A first one has room, however large it is.
    mutating func hold(_ bytes: Int, for key: AccessKey.ID?) -> Held? {
        let held = byKey[key, default: 0]
        if held > 0, held + bytes > HTTPServerLimits.unsentBytesPerKey { return nil }
        if total > 0, total + bytes > HTTPServerLimits.unsentBytesPerShard { return nil }
        total += bytes
        byKey[key] = held + bytes
        return Held(key: key, bytes: bytes)
    }

    /// It was sent, or its client has gone.
    mutating func release(_ held: Held) {
        total -= held.bytes
        let left = byKey[held.key, default: 0] - held.bytes
        byKey[held.key] = left > 0 ? left : nil
    }
}
