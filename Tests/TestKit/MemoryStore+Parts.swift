import Base
package import Model
package import Ports
import Synchronization

/// Lists of recipients' parts, over everything that there is.
extension MemoryStore {
    package func deliveries(_ query: DeliveryQuery) async throws(KernelFailure) -> Page<DeliveryPart> {
        let parts = state.withLock { state in
            state.rows.reversed().flatMap { row -> [DeliveryPart] in
                let message = Self.message(row, content: false)
                guard message.account == query.tenant.account, message.origin == query.tenant.origin else { return [] }
                return message.recipients.indices.reversed().filter { query.filter.admits(message, recipient: $0) }
                    .map { DeliveryPart(message: message, recipient: $0) }
            }
        }
        var page = query.slice.page(of: parts, by: \.id.place)
        page.total = nil
        return page
    }
}
