import Kernel
import SMTPServer
import Serving

/// What the listeners for mail did: one hop to each shard, whose counts are its own.
struct SMTPMetrics: MetricSource {
    private let shards: [SMTPShard]

    init(_ shards: [SMTPShard]) { self.shards = shards }

    private struct Place: Hashable {
        let service: String
        let address: String
    }

    func add(to page: inout MetricsPage) async {
        var listeners: [SMTPFigures] = []
        for shard in shards { listeners += await shard.figures }
        let places = Dictionary(grouping: listeners) { Place(service: $0.service, address: $0.address) }
        for (place, parts) in places.sorted(by: { ($0.key.service, $0.key.address) < ($1.key.service, $1.key.address) })
        {
            let labels: [MetricsPage.Label] = [("service", place.service), ("listener", place.address)]
            page.add(.smtpConnections, labels, parts.reduce(0) { $0 + $1.connections.open })
            page.add(.smtpConnectionsAccepted, labels, parts.reduce(0) { $0 + $1.connections.accepted })
            page.add(.smtpHandshakesFailed, labels, parts.reduce(0) { $0 + $1.connections.handshakesFailed })
        }
        for (service, parts) in Dictionary(grouping: listeners, by: \.service).sorted(by: { $0.key < $1.key }) {
            var refusals: [FaultName: UInt64] = [:]
            for part in parts { refusals.merge(part.refusals, uniquingKeysWith: +) }
            for failure in FaultName.allCases {
                page.add(.smtpRefusals, [("service", service), ("failure", failure.rawValue)], refusals[failure] ?? 0)
            }
        }
    }
}
