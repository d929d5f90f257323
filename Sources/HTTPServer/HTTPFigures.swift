import HTTPWire
package import Kernel
package import Ports
package import Serving

/// What one listener has done on one shard since it was opened.
package struct HTTPFigures: Sendable, Equatable {
    /// What stands behind it: a personality's name, `admin`, `control`.
    package let service: String
    /// Where it listens.
    package let address: String
    package internal(set) var connections = ConnectionCounts()
    /// By the class of their status.
    package internal(set) var answers = AnswerCounts()
    /// Requests that met a failure, those that were no requests included.
    package internal(set) var refusals: [FaultName: UInt64] = [:]

    package init(service: String, address: String) {
        self.service = service
        self.address = address
    }
}

/// Counts for one listener of one shard. Belongs to that shard, so counting is plain addition.
final class HTTPMeter {
    private var counted: HTTPFigures
    private let connections: ConnectionMeter

    init(service: String, address: String, connections: ConnectionMeter) {
        counted = HTTPFigures(service: service, address: address)
        self.connections = connections
    }

    var figures: HTTPFigures {
        var figures = counted
        figures.connections = connections.counts
        return figures
    }

    func note(_ response: Response) {
        counted.answers.note(response.head.status.code)
        if let failure = response.failure { counted.refusals[failure, default: 0] += 1 }
    }
}
