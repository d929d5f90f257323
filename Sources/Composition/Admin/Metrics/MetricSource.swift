/// Somebody with figures for the metrics page. Asked at each scrape: it copies what it has, and keeps nobody waiting.
protocol MetricSource: Sendable {
    func add(to page: inout MetricsPage) async
}
