import Model
import TestKit
import Testing

@Suite("Slices")
struct SliceTests {
    private struct Row: Equatable {
        let id: Serial<Row>
    }

    private static func rows(_ numbers: [Int64]) -> [Row] { numbers.map { Row(id: Serial($0)) } }

    private static func page(_ slice: Slice<Row>, of numbers: [Int64]) -> Page<Int64> {
        slice.page(of: rows(numbers), by: \.id).map(\.id.value)
    }

    @Test("A page by offset says how many there are, one by place does not")
    func totals() {
        #expect(
            Self.page(Slice(offset: 1, limit: 2), of: [9, 7, 5, 3])
                == Page(
                    items: [7, 5], hasMore: true, hasPrevious: true, total: 4))
        #expect(Self.page(Slice(offset: 9, limit: 2), of: [9, 7]) == Page(items: [], hasPrevious: true, total: 2))
        #expect(Self.page(.all, of: [9, 7]) == Page(items: [9, 7], total: 2))
        #expect(Self.page(Slice(limit: 1), of: [9, 7]) == Page(items: [9], hasMore: true))
        #expect(Self.page(Slice(limit: 1), of: []) == Page(items: []))
    }

    @Test("A slice has room for one item at least")
    func limits() {
        #expect(Slice<Row>(limit: 0).limit == 1)
        #expect(Slice<Row>(offset: -5, limit: -1) == Slice(.offset(0), limit: 1))
    }

    @Test("Walks in both directions over rows that come and go neither miss nor repeat one that stays")
    func walks() {
        let random = SeededRandom(seed: 11)
        for _ in 0..<200 {
            var next: Int64 = 40
            var numbers = (1...30 as ClosedRange<Int64>).filter { _ in random.next() % 3 != 0 }.reversed() as [Int64]
            let staying = Set(numbers.filter { _ in random.next() % 2 == 0 })
            let limit = Int(random.next() % 4) + 1
            var start = Slice<Row>.Start.first
            var seen: [Int64] = []
            while true {
                let page = Self.page(Slice(start, limit: limit), of: numbers)
                seen += page.items
                guard page.hasMore, let last = page.items.last else { break }
                start = .after(Serial(last))
                numbers.insert(next, at: 0)
                next += 1
                numbers.removeAll { !staying.contains($0) && $0 < 40 && random.next() % 5 == 0 }
            }
            #expect(Set(seen).isSuperset(of: staying) && Set(seen).count == seen.count)
            #expect(seen == seen.sorted(by: >))
            guard let last = seen.last else { continue }
            var back: [Int64] = [last]
            start = .before(Serial(last))
            while true {
                let page = Self.page(Slice(start, limit: limit), of: numbers)
                back = page.items + back
                #expect(page.hasMore || numbers.allSatisfy { $0 > back.last ?? 0 })
                guard page.hasPrevious, let first = page.items.first else { break }
                start = .before(Serial(first))
            }
            #expect(back == numbers.filter { $0 > last } + [last])
        }
    }
}
