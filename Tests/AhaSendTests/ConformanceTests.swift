import AdapterConformance
import AhaSend
import Testing

@Suite("AhaSend among the personalities")
struct ConformanceTests {
    @Test("It keeps to what all personalities do", arguments: AdapterConformance.checks)
    func conformance(_ check: AdapterCheck) throws { try check.run(on: AhaSend()) }
}
