import Kernel

/// What others reported of mail from here.
struct ReportMetrics: MetricSource {
    private let reports: ReportService

    init(_ reports: ReportService) { self.reports = reports }

    func add(to page: inout MetricsPage) async {
        let counts = reports.counts
        for outcome in ReportCounts.Outcome.allCases {
            page.add(.reports, [("outcome", outcome.rawValue)], counts[outcome])
        }
    }
}
