import Base
import Kernel
import Ports
import Testing

@testable import Composition

@Suite("Metrics page")
struct MetricsPageTests {
    private func text(_ fill: (inout MetricsPage) -> Void) -> String {
        var page = MetricsPage()
        fill(&page)
        return String(decoding: page.bytes, as: UTF8.self)
    }

    private func lines(_ family: MetricFamily, _ fill: (inout MetricsPage) -> Void) -> [String] {
        text(fill).split(separator: "\n").map(String.init).filter { $0.hasPrefix(family.name) }
    }

    @Test("A family stands once, said what it is, with its figures behind it, whoever adds them when")
    func families() {
        let page = text { page in
            page.add(.writable, 1)
            page.add(.httpRequests, [("service", "a"), ("status", "2xx")], 7)
            page.add(.commitsFailed, 0)
            page.add(.httpRequests, [("service", "b"), ("status", "5xx")], 0)
        }
        #expect(
            page == """
                # HELP polyrelay_http_requests_total Requests answered, by service and class of the status.
                # TYPE polyrelay_http_requests_total counter
                polyrelay_http_requests_total{service="a",status="2xx"} 7
                polyrelay_http_requests_total{service="b",status="5xx"} 0
                # HELP polyrelay_commits_failed_total Commits that failed, with nothing written.
                # TYPE polyrelay_commits_failed_total counter
                polyrelay_commits_failed_total 0
                # HELP polyrelay_database_writable 1 while the database takes commits; 0 after a failed sync.
                # TYPE polyrelay_database_writable gauge
                polyrelay_database_writable 1

                """)
    }

    @Test("Every family has a name of its own, counters end in _total, and no help breaks its line")
    func names() {
        #expect(Set(MetricFamily.all.map(\.name)).count == MetricFamily.all.count)
        for family in MetricFamily.all {
            #expect(family.name.hasSuffix("_total") == (family.kind == .counter), "\(family.name)")
            #expect(!family.help.contains("\n") && !family.help.contains("\\"), "\(family.name)")
        }
    }

    @Test("What would end a label or its line is escaped")
    func escaping() {
        let line = lines(.queueDepth) { $0.add(.queueDepth, [("lane", "a\"b\\c\nd")], 1) }
        #expect(line == [#"polyrelay_queue_depth{lane="a\"b\\c\nd"} 1"#])
    }

    @Test("A histogram's buckets are cumulative, and the last holds all")
    func histogram() {
        var histogram = Histogram(bounds: [0.000_25, 0.5, 1])
        for value in [0.000_1, 0.4, 0.5, 3] { histogram.note(value) }
        #expect(
            lines(.commitSeconds) { $0.add(.commitSeconds, histogram) } == [
                #"polyrelay_commit_duration_seconds_bucket{le="0.00025"} 1"#,
                #"polyrelay_commit_duration_seconds_bucket{le="0.5"} 3"#,
                #"polyrelay_commit_duration_seconds_bucket{le="1"} 3"#,
                #"polyrelay_commit_duration_seconds_bucket{le="+Inf"} 4"#,
                "polyrelay_commit_duration_seconds_sum 3.9001",
                "polyrelay_commit_duration_seconds_count 4",
            ])
    }

    @Test("Durations are seconds")
    func seconds() {
        #expect(
            lines(.processCPU) { $0.add(.processCPU, seconds: .milliseconds(1500)) } == [
                "process_cpu_seconds_total 1.5"
            ])
        #expect(lines(.processCPU) { $0.add(.processCPU, seconds: .zero) } == ["process_cpu_seconds_total 0"])
    }

    @Test("The fullest lanes are named, and the rest are one")
    func lanes() {
        let now = Instant(seconds: 1_000_000)
        let statistics = (1...MetricLimits.lanes + 2).map { index in
            LaneStatistics(
                lane: LaneID("mx:d\(index).example"), waiting: index, leased: 1,
                earliestDue: now + .seconds(index == 1 ? -90 : 30), isPaused: false)
        }
        func of(_ family: MetricFamily) -> [String] {
            lines(family) { QueueMetrics.add(statistics, kind: "mail", at: now, to: &$0) }
        }
        #expect(of(.queueDepth).count == MetricLimits.lanes + 1)
        #expect(of(.queueDepth).first == #"polyrelay_queue_depth{kind="mail",lane="mx:d52.example"} 52"#)
        #expect(of(.queueDepth).last == #"polyrelay_queue_depth{kind="mail",lane="other"} 3"#)
        #expect(of(.queueInFlight).last == #"polyrelay_queue_in_flight{kind="mail",lane="other"} 2"#)
        #expect(
            of(.queueOldestDue).first == #"polyrelay_queue_oldest_due_seconds{kind="mail",lane="mx:d52.example"} 0"#)
        #expect(of(.queueOldestDue).last == #"polyrelay_queue_oldest_due_seconds{kind="mail",lane="other"} 90"#)
    }

    @Test("A destination, which callers chose, is not named")
    func destination() {
        let lane = LaneStatistics(lane: LaneID("example.net"), waiting: 2, isPaused: false)
        let depth = lines(.queueDepth) { QueueMetrics.add([lane], kind: "mail", at: Instant(seconds: 0), to: &$0) }
        #expect(depth == [#"polyrelay_queue_depth{kind="mail",lane="other"} 2"#])
    }

    @Test("A lane that has the rest's name is among the rest")
    func laneNamedOther() {
        let lane = LaneStatistics(lane: LaneID("other"), waiting: 2, isPaused: false)
        let depth = lines(.queueDepth) { QueueMetrics.add([lane], kind: "mail", at: Instant(seconds: 0), to: &$0) }
        #expect(depth == [#"polyrelay_queue_depth{kind="mail",lane="other"} 2"#])
    }
}
