package import Kernel
package import Serving

/// What one listener has done on one shard since it was opened.
package struct SMTPFigures: Sendable, Equatable {
    /// The personality's name.
    package let service: String
    /// Where it listens.
    package let address: String
    package internal(set) var connections = ConnectionCounts()
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
    private var counted: SMTPFigures
    private let connections: ConnectionMeter

    init(service: String, address: String, connections: ConnectionMeter) {
        counted = SMTPFigures(service: service, address: address)
        self.connections = connections
    }

    var figures: SMTPFigures {
        var figures = counted
        figures.connections = connections.counts
        return figures
    }

    func note(_ answer: SMTPAnswer) {
        if let failure = answer.failure { counted.refusals[failure, default: 0] += 1 }
    }
}
