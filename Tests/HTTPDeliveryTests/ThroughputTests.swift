import Base
import Foundation
import Posix
import Testing

/// Measures, asserts nothing: the machine decides. Run with POLYRELAY_BENCH=1.
@Suite(
    "HTTP transport: throughput", .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["POLYRELAY_BENCH"] != nil))
struct ThroughputTests {
    @Test("Deliveries of 1 KB to a sink that keeps its connections", arguments: [1, 8, 64])
    func deliveries(concurrency: Int) async throws {
        let sink = try await HTTPSink()
        let bench = try TransportBench()
        let body = String(repeating: "x", count: 1024)
        let count = 20_000
        let start = SystemTime().uptime
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<concurrency {
                group.addTask {
                    for _ in 0..<count / concurrency { _ = await bench.perform(sink.url, body: body) }
                }
            }
        }
        let seconds = Double((SystemTime().uptime - start).nanoseconds) / 1e9
        let rate = Int(Double(count) / seconds)
        print("\(concurrency) at a time: \(rate) deliveries/s over \(sink.connections) connections")
    }
}
