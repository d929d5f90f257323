import Base
import Posix
import Testing

@Suite("Process status")
struct ProcessStatusTests {
    @Test("The kernel says what this process takes")
    func read() {
        let status = ProcessStatus.read()
        #expect(status.cpuTime > .zero)
        #expect(status.residentBytes > 1 << 20 && status.residentBytes < status.virtualBytes)
        #expect(status.openDescriptors >= 3 && status.openDescriptors <= status.descriptorsMax)
    }

    @Test("A file's size is told, and of one that is not there that there is none")
    func size() {
        #expect(Files.size("/proc/self/no-such-file") == nil)
        #expect((Files.size("/etc/passwd") ?? 0) > 0)
    }
}
