package import Model
import Ports
import Rows
import Synchronization

extension MemoryStore {
    /// Gives out the numbers of messages, events and webhook deliveries, as a store on disk does: one n for all of
    /// them, and each with the cell of its account.
    struct Numbers {
        private var next: Int64 = 1

        /// `count` numbers with consecutive n: the last of them.
        mutating func take(_ count: Int = 1, in cell: Cell) -> Int64 {
            next += Int64(count)
            return CellNumber(next - 1, in: cell).value
        }
    }

    /// It never was without cells.
    static let eventNumbers = EventNumbers(boundary: CellNumber.step)
}

extension MemoryStore.Row {
    var cell: Cell { CellNumber(id.value).cell }
}

extension MemoryStore.State {
    /// A sub-account has its parent's; one that nobody made has its own.
    func cell(of account: Account.ID) -> Cell {
        var ancestor = account
        while let parent = accounts.first(where: { $0.id == ancestor })?.parent { ancestor = parent }
        return Cell(hashing: ancestor)
    }

    func row(_ id: Message.ID) -> MemoryStore.Row? { places[id].map { rows[$0] } }

    mutating func append(_ row: MemoryStore.Row) {
        places[row.id] = rows.count
        rows.append(row)
    }

    mutating func replace(_ row: MemoryStore.Row) {
        if let place = places[row.id] { rows[place] = row }
    }
}

extension MemoryStore {
    /// The messages that were accepted, the earliest first.
    package var messageIDs: [Message.ID] { state.withLock { $0.rows.map(\.id) } }

    /// What was queued for endpoints, the earliest first.
    package var webhookDeliveryIDs: [WebhookDelivery.ID] {
        state.withLock { $0.webhooks.deliveries.map(\.delivery.id) }
    }
}
