import Database
package import Model
package import Ports

extension SQLiteStore {
    package func webhooks(of owner: Tenant?) async throws(KernelFailure) -> [WebhookEndpoint] {
        try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.webhooks(personalities).endpoints(of: owner)
        }
    }

    package func webhook(_ id: WebhookEndpoint.ID) async throws(KernelFailure) -> WebhookEndpoint? {
        try read { reader throws(DatabaseError) in try reader.webhooks(personalities).endpoint(id) }
    }

    package func webhookDelivery(_ id: WebhookDelivery.ID) async throws(KernelFailure) -> StoredWebhookDelivery? {
        try read { reader throws(DatabaseError) in try reader.webhooks(personalities).delivery(id) }
    }

    package func webhookDeliveries(
        _ endpoint: WebhookEndpoint.ID, _ slice: Slice<WebhookDelivery>
    ) async throws(KernelFailure) -> Page<WebhookDelivery> {
        try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.webhooks(personalities).deliveries(endpoint, slice)
        }
    }

    package func failedWebhooks(
        _ query: FailedWebhooks
    ) async throws(KernelFailure) -> (deliveries: [WebhookDelivery.ID], total: Int) {
        try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.webhooks(personalities).failed(query)
        }
    }

    package func deadWebhooks(
        of owner: Tenant, includingReplayed: Bool, limit: Int
    ) async throws(KernelFailure) -> [DeadWebhook] {
        try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.webhooks(personalities).dead(of: owner, includingReplayed: includingReplayed, limit: limit)
        }
    }

    package func pendingWebhooks() async throws(KernelFailure) -> [PendingWebhook] {
        try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.webhooks(personalities).pending()
        }
    }

    /// Whom to tell of new webhook deliveries. Once, before the first commit.
    package func observe(webhooks observer: any WebhookObserver) { writer.observe(webhooks: observer) }
}
