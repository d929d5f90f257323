import Database
import Model

/// The cells of accounts, and of rows from before there were cells. The writer thread's own.
final class Cells {
    /// Numbers from here on carry their cell. A multiple of 256.
    let boundary: Int64
    private let accountOf: Statement
    private let read: Statement
    private var known: [Int64: Cell] = [:]
    /// Neighbours in a transaction are of one message.
    private var last: (message: Int64, cell: Cell)?

    init(_ connection: Connection) throws(DatabaseError) {
        boundary = try Self.boundary(connection)
        accountOf = try connection.prepare("SELECT account FROM message WHERE id = ?", "read a message's account")
        read = try connection.prepare("SELECT cell FROM account WHERE id = ?", "read an account's cell")
    }

    static func boundary(_ connection: Connection) throws(DatabaseError) -> Int64 {
        try connection.scalar("SELECT value FROM serial_mark WHERE name = 'boundary'", "read the boundary")
    }

    /// Fixed at its creation, so what is read once holds.
    func cell(of account: Account.ID) throws(DatabaseError) -> Cell {
        if let cell = known[account.value] { return cell }
        read.bind(1, account.value)
        guard let value = try read.first({ $0.integer(0) }) else { return Cell(hashing: account) }
        let cell = Cell(UInt8(truncatingIfNeeded: value))
        known[account.value] = cell
        return cell
    }

    /// What a message of before the boundary causes takes its account's.
    func cell(ofMessage message: Int64) throws(DatabaseError) -> Cell {
        if message >= boundary { return CellNumber(message).cell }
        if let last, last.message == message { return last.cell }
        accountOf.bind(1, message)
        let account = try accountOf.first { $0.integer(0) } ?? 0
        let cell = try cell(of: Account.ID(account))
        last = (message, cell)
        return cell
    }

    /// An account that was made in the transaction may get its number again.
    func rollBack() { known.removeAll() }
}
