package import Model
package import Ports

extension Store {
    /// All of them.
    package func pendingDeliveries() async throws(KernelFailure) -> [PendingDelivery] {
        try await pendingDeliveries(after: DeliveryID(packed: 0), limit: .max)
    }
}
