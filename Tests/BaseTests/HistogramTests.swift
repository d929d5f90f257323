import Base
import Testing

@Suite("Histogram")
struct HistogramTests {
    @Test("A value counts in the first bucket whose bound it does not exceed, and beyond the last in one more")
    func buckets() {
        var histogram = Histogram(bounds: [1, 2.5, 10])
        for value in [0, 1, 1.5, 2.5, 10, 10.1, 1000] { histogram.note(value) }
        #expect(histogram.counts == [2, 2, 1, 2])
        #expect(histogram.count == 7)
        #expect(histogram.sum == 1025.1)
    }
}
