import Base
import Posix

/// What the process takes of the machine. The kernel is asked on a worker's thread, as that may block.
struct ProcessMetrics: MetricSource {
    private let workers: WorkerPool
    private let started: Instant

    /// `started`: when the process did.
    init(workers: WorkerPool, started: Instant) {
        self.workers = workers
        self.started = started
    }

    func add(to page: inout MetricsPage) async {
        let status = await workers.run { ProcessStatus.read() }
        page.add(.buildInfo, [("version", Version.number)], 1)
        page.add(.processStart, seconds: .nanoseconds(started.nanoseconds))
        page.add(.processCPU, seconds: status.cpuTime)
        page.add(.processResident, status.residentBytes)
        page.add(.processVirtual, status.virtualBytes)
        page.add(.processDescriptors, status.openDescriptors)
        page.add(.processDescriptorsMax, status.descriptorsMax)
    }
}
