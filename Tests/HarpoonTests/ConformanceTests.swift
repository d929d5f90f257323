import AdapterConformance
import Harpoon
import Testing

@Suite("Harpoon among the personalities")
struct ConformanceTests {
    @Test("It keeps to what all personalities do", arguments: AdapterConformance.checks)
    func conformance(_ check: AdapterCheck) throws { try check.run(on: Harpoon()) }
}
