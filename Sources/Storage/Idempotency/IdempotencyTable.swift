/// From the first 64 bits of an idempotency key's digest to the row that holds the whole, in memory.
///
/// Client keys are random, and an index of random keys on disk costs more than the rest of the accept path together
/// once it is large (7 to 10 thousand messages a second instead of 50). So the rows are a log, and this table is built
/// from it at start: about 16 bytes a slot, a quarter of a second per million keys.
///
/// Split into 256 parts by the key's top bits: each grows by itself, so growing takes microseconds and never stalls the
/// writer. Several rows may share 64 bits; the caller compares the whole keys. Not thread-safe: the writer's own.
struct IdempotencyTable {
    /// An open-addressing table with linear probing; `rows` zero means empty, as rows count from 1.
    private struct Part {
        var keys: [UInt64] = Array(repeating: 0, count: initialSlots)
        var rows: [Int64] = Array(repeating: 0, count: initialSlots)
        var used = 0

        private static let initialSlots = 16

        mutating func insert(_ key: UInt64, _ row: Int64) {
            // Three quarters full at most: probes stay short.
            if used * 4 >= keys.count * 3 { grow() }
            place(key, row)
            used += 1
        }

        private mutating func place(_ key: UInt64, _ row: Int64) {
            var slot = start(key)
            while rows[slot] != 0 { slot = (slot + 1) & (keys.count - 1) }
            keys[slot] = key
            rows[slot] = row
        }

        private mutating func grow() {
            let (oldKeys, oldRows) = (keys, rows)
            keys = Array(repeating: 0, count: oldKeys.count * 2)
            rows = Array(repeating: 0, count: oldKeys.count * 2)
            for (key, row) in zip(oldKeys, oldRows) where row != 0 { place(key, row) }
        }

        /// The low bits are as random as the top ones, which chose the part.
        private func start(_ key: UInt64) -> Int { Int(truncatingIfNeeded: key) & (keys.count - 1) }

        func rows(for key: UInt64) -> [Int64] {
            var found: [Int64] = []
            var slot = start(key)
            while rows[slot] != 0 {
                if keys[slot] == key { found.append(rows[slot]) }
                slot = (slot + 1) & (keys.count - 1)
            }
            return found
        }

        /// Closes the gap behind, so that probing never needs tombstones.
        mutating func remove(_ key: UInt64, _ row: Int64) {
            var hole = start(key)
            while rows[hole] != row || keys[hole] != key {
                if rows[hole] == 0 { return }
                hole = (hole + 1) & (keys.count - 1)
            }
            used -= 1
            var next = (hole + 1) & (keys.count - 1)
            while rows[next] != 0 {
                let home = start(keys[next])
                // May the entry at `next` move to the hole? Only if its home is not cyclically between hole and next.
                if (next &- home) & (keys.count - 1) >= (next &- hole) & (keys.count - 1) {
                    keys[hole] = keys[next]
                    rows[hole] = rows[next]
                    hole = next
                }
                next = (next + 1) & (keys.count - 1)
            }
            rows[hole] = 0
        }
    }

    private var parts: [Part] = Array(repeating: Part(), count: 256)
    /// Rows that are in it.
    private(set) var count = 0

    /// The rows whose keys begin with these 64 bits.
    func rows(for key: UInt64) -> [Int64] { parts[Int(key >> 56)].rows(for: key) }

    mutating func insert(_ key: UInt64, row: Int64) {
        parts[Int(key >> 56)].insert(key, row)
        count += 1
    }

    /// Takes back what `insert` put in, when its transaction failed.
    mutating func remove(_ key: UInt64, row: Int64) {
        let part = Int(key >> 56)
        let before = parts[part].used
        parts[part].remove(key, row)
        count -= before - parts[part].used
    }
}
