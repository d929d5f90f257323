import HTTPWire
package import Kernel
package import Ports

/// What one listener has done on one shard since it was opened.
package struct HTTPFigures: Sendable, Equatable {
    /// What stands behind it: a personality's name, `admin`, `control`.
    package let service: String
    /// Where it listens.
    package let address: String
    package internal(set) var connectionsAccepted: UInt64 = 0
    package internal(set) var connectionsOpen = 0
    /// Connections that ended before their TLS handshake did.
    package internal(set) var handshakesFailed: UInt64 = 0
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
    var figures: HTTPFigures

    init(service: String, address: String) { figures = HTTPFigures(service: service, address: address) }

    func note(_ response: Response) {
        figures.answers.note(response.head.status.code)
        if let failure = response.failure { figures.refusals[failure, default: 0] += 1 }
    }
}
