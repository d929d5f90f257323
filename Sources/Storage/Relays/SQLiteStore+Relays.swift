import Database
package import Model
package import Ports

extension SQLiteStore {
    package func relay(_ id: Relay.ID) async throws(KernelFailure) -> Relay? {
        try read { reader throws(DatabaseError) in try reader.relays(personalities).relay(id) }
    }

    package func relayAttempts(_ id: Relay.ID) async throws(KernelFailure) -> [RelayAttempt] {
        try read { reader throws(DatabaseError) in try reader.relays(personalities).attempts(id) }
    }

    package func relays(_ query: RelayQuery) async throws(KernelFailure) -> Page<Relay> {
        try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.relays(personalities).relays(query)
        }
    }

    package func dueRelay(_ id: Relay.ID) async throws(KernelFailure) -> DueRelay? {
        let due = try read { reader throws(DatabaseError) in try reader.relays(personalities).due(id) }
        guard var due else { return nil }
        if let name = due.contentName {
            due.relay.body = try await contentFile(name, .relayBody, of: due.relay.account.value)
        }
        return due.relay
    }

    package func pendingRelays(after last: Relay.ID, limit: Int) async throws(KernelFailure) -> [PendingRelay] {
        try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.relays(personalities).pending(after: last, limit: limit)
        }
    }

    package func signingSecret(of owner: Tenant) async throws(KernelFailure) -> [UInt8]? {
        try read { reader throws(DatabaseError) in try reader.relays(personalities).signingSecret(of: owner) }
    }

    /// Whom to tell of new relays. Once, before the first commit.
    package func observe(relays observer: any RelayObserver) { writer.observe(relays: observer) }
}
