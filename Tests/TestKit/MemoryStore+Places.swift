import Base
package import Model
package import Ports
import Synchronization

/// Lists by place, over everything that there is.
extension MemoryStore {
    package func deliveries(_ query: DeliveryQuery) async throws(KernelFailure) -> DeliveryPage {
        let parts = state.withLock { state in
            state.rows.enumerated().reversed().flatMap { index, row -> [DeliveryPage.Part] in
                let message = Self.message(Message.ID(Int64(index) + 1), row, content: false)
                guard message.account == query.tenant.account, message.origin == query.tenant.origin else { return [] }
                return message.recipients.indices.reversed().filter { query.filter.admits(message, recipient: $0) }
                    .map { DeliveryPage.Part(message: message, recipient: $0) }
            }
        }
        let (shown, hasOlder, hasNewer) =
            switch query.from {
            case .latest: Self.slice(parts, limit: query.limit)
            case .after(let place): Self.slice(parts, older: { $0.id < place }, limit: query.limit)
            case .before(let place): Self.slice(parts, newer: { $0.id > place }, limit: query.limit)
            }
        return DeliveryPage(parts: shown, hasOlder: hasOlder, hasNewer: hasNewer)
    }

    package func suppressions(_ slice: SuppressionSlice) async throws(KernelFailure) -> SuppressionRun {
        let all = state.withLock { state in
            state.suppressions.sorted { $0.id > $1.id }.filter { one in
                one.account == slice.tenant.account && (one.domain == nil || one.origin == slice.tenant.origin)
                    && (one.expiresAt.map { $0 > slice.now } ?? true)
                    && (slice.domain.map { $0 == one.domain } ?? true)
                    && (slice.address.map { $0.suppressionKey == one.address.suppressionKey } ?? true)
                    && (slice.from.map { one.createdAt >= $0 } ?? true)
                    && (slice.until.map { one.createdAt <= $0 } ?? true)
            }
        }
        let (shown, hasOlder, hasNewer) =
            switch slice.start {
            case .latest: Self.slice(all, limit: slice.limit)
            case .after(let place): Self.slice(all, older: { $0.id < place }, limit: slice.limit)
            case .before(let place): Self.slice(all, newer: { $0.id > place }, limit: slice.limit)
            }
        return SuppressionRun(suppressions: shown, hasOlder: hasOlder, hasNewer: hasNewer)
    }

    private typealias Shown<Row> = (rows: [Row], hasOlder: Bool, hasNewer: Bool)

    private static func slice<Row>(_ rows: [Row], limit: Int) -> Shown<Row> {
        (Array(rows.prefix(limit)), rows.count > limit, false)
    }

    private static func slice<Row>(_ rows: [Row], older: (Row) -> Bool, limit: Int) -> Shown<Row> {
        let found = rows.filter(older)
        return (Array(found.prefix(limit)), found.count > limit, !found.isEmpty && found.count < rows.count)
    }

    private static func slice<Row>(_ rows: [Row], newer: (Row) -> Bool, limit: Int) -> Shown<Row> {
        let found = rows.filter(newer)
        return (Array(found.suffix(limit)), !found.isEmpty && found.count < rows.count, found.count > limit)
    }
}
