package import Kernel

/// What one listener has done on one shard since it was opened.
package struct SMTPFigures: Sendable, Equatable {
    /// The personality's name.
    package let service: String
    /// Where it listens.
    package let address: String
    package internal(set) var connectionsAccepted: UInt64 = 0
    package internal(set) var connectionsOpen = 0
    /// Connections that ended before their TLS handshake did.
    package internal(set) var handshakesFailed: UInt64 = 0
    /// Credentials, senders, recipients and messages that were refused, by the failure. What the protocol refuses by
    /// itself is none.
    package internal(set) var refusals: [FaultName: UInt64] = [:]

    package init(service: String, address: String) {
        self.service = service
        self.address = address
    }
}

/// Counts for one listener of one shard. Belongs to that shard, so counting is plain addition.
final class SMTPMeter {
    var figures: SMTPFigures

    init(service: String, address: String) { figures = SMTPFigures(service: service, address: address) }

    func note(_ answer: SMTPAnswer) {
        if let failure = answer.failure { figures.refusals[failure, default: 0] += 1 }
    }
}
