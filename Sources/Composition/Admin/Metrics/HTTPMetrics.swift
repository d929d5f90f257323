import HTTPServer
import Kernel
import Model
import Ports
import Serving

/// What the listeners did: one hop to each shard, whose counts are its own.
struct HTTPMetrics: MetricSource {
    private let shards: [HTTPShard]
    private let personalities: [PersonalityID]

    /// `personalities`: the services that have failures; all others are the operator's own.
    init(_ shards: [HTTPShard], personalities: [PersonalityID]) {
        self.shards = shards
        self.personalities = personalities
    }

    private struct Place: Hashable {
        let service: String
        let address: String
    }

    func add(to page: inout MetricsPage) async {
        var listeners: [HTTPFigures] = []
        for shard in shards { listeners += await shard.figures }
        Self.addConnections(listeners, to: &page)
        for (service, listeners) in Dictionary(grouping: listeners, by: \.service).sorted(by: { $0.key < $1.key }) {
            Self.addAnswers(service, listeners, to: &page)
            if personalities.contains(where: { $0.name == service }) {
                Self.addRefusals(service, listeners, to: &page)
            }
        }
    }

    /// A listener is one, on however many shards.
    private static func addConnections(_ listeners: [HTTPFigures], to page: inout MetricsPage) {
        let places = Dictionary(grouping: listeners) { Place(service: $0.service, address: $0.address) }
        for (place, parts) in places.sorted(by: { ($0.key.service, $0.key.address) < ($1.key.service, $1.key.address) })
        {
            let labels: [MetricsPage.Label] = [("service", place.service), ("listener", place.address)]
            page.add(.httpConnections, labels, parts.reduce(0) { $0 + $1.connections.open })
            page.add(.httpConnectionsAccepted, labels, parts.reduce(0) { $0 + $1.connections.accepted })
            page.add(.httpHandshakesFailed, labels, parts.reduce(0) { $0 + $1.connections.handshakesFailed })
        }
    }

    // Every class and every failure is there from the start: where a figure appears with the first event, a rate over
    // it misses that one.

    private static func addAnswers(_ service: String, _ listeners: [HTTPFigures], to page: inout MetricsPage) {
        for first in AnswerCounts.classes where first > 1 {
            let count = listeners.reduce(0) { $0 + $1.answers[first] }
            page.add(.httpRequests, [("service", service), ("status", "\(first)xx")], count)
        }
    }

    private static func addRefusals(_ service: String, _ listeners: [HTTPFigures], to page: inout MetricsPage) {
        var refusals: [FaultName: UInt64] = [:]
        for listener in listeners { refusals.merge(listener.refusals, uniquingKeysWith: +) }
        for failure in FaultName.allCases {
            let labels: [MetricsPage.Label] = [("service", service), ("failure", failure.rawValue)]
            page.add(.httpRequestsRefused, labels, refusals[failure] ?? 0)
        }
    }
}
