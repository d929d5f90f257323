import Database
import Model

/// Gives out the numbers of rows. The writer thread's own.
///
/// A number is never given out twice, also where the rows that had the latest are gone: the database keeps a mark, and
/// only numbers below it are given out, by blocks, each kept back in the transaction that first needs it. A start goes
/// on from the mark, so that it skips what was left of a block.
final class Serials {
    private struct Counter {
        /// The next to be given out, and the first that is not kept back.
        var next: Int64
        var mark: Int64
        let block: Int64
        let name: String
    }

    private let keep: Statement
    private var rows: Counter
    private var relays: Counter
    private var kept: (rows: Counter, relays: Counter)

    init(_ connection: Connection) throws(DatabaseError) {
        keep = try connection.prepare("UPDATE serial_mark SET value = ?2 WHERE name = ?1", "keep numbers back")
        rows = try Self.counter(connection, "rows", StorageLimits.rowNumbersPerBlock)
        relays = try Self.counter(connection, "relays", StorageLimits.relayNumbersPerBlock)
        kept = (rows, relays)
    }

    private static func counter(
        _ connection: Connection, _ name: String, _ block: Int64
    ) throws(DatabaseError) -> Counter {
        let read = try connection.prepare("SELECT value FROM serial_mark WHERE name = ?", "read a mark")
        read.bind(1, name)
        let mark = try read.first { $0.integer(0) } ?? 1
        return Counter(next: mark, mark: mark, block: block, name: name)
    }

    /// `count` numbers with consecutive n for messages, events and webhook deliveries of an account of this cell: the
    /// last of them.
    func rows(_ count: Int64 = 1, in cell: Cell) throws(DatabaseError) -> Int64 {
        CellNumber(try take(count, of: &rows), in: cell).value
    }

    func relay() throws(DatabaseError) -> Int64 { try take(1, of: &relays) }

    /// No row has a number above this, and every later one will.
    var upTo: Int64 { CellNumber(rows.next - 1, in: Cell(.max)).value }

    private func take(_ count: Int64, of counter: inout Counter) throws(DatabaseError) -> Int64 {
        counter.next += count
        if counter.next > counter.mark {
            counter.mark = counter.next + counter.block
            keep.bind(1, counter.name)
            keep.bind(2, counter.mark)
            try keep.run()
        }
        return counter.next - 1
    }

    // MARK: The transaction

    func committed() { kept = (rows, relays) }

    func rollBack() { (rows, relays) = kept }
}
