import Base
import Model
import TestKit
import Testing

@testable import Harpoon

@Suite("Harpoon: balances that go on")
struct BalanceTests {
    private static let wait: Duration = .seconds(900)
    private static let start = IntakeBench.start

    /// So much came in, and so much is there now; in cedis.
    private func came(_ amount: Int64, _ balance: Int64, id: Int64) -> BalanceEffect {
        .moved(
            Movement(id: String(83_000_000_000 + id), balance: Money(pesewas: balance * 100), change: amount * 100))
    }

    private func held(_ id: Int64, at now: Instant = start) -> BalanceChain.Held {
        BalanceChain.Held(telcoID: String(83_000_000_000 + id), transaction: Record.ID(id), since: now)
    }

    @discardableResult
    private func take(
        _ chain: inout BalanceChain, _ amount: Int64, _ balance: Int64, id: Int64, at seconds: Int = 0
    ) -> BalanceChain.Outcome {
        let now = Self.start + .seconds(seconds)
        return chain.take(came(amount, balance, id: id), holding: held(id, at: now), at: now, wait: Self.wait)
    }

    @Test("The first text is believed, and each that goes on from it")
    func goesOn() {
        var chain = BalanceChain()
        #expect(take(&chain, 10, 110, id: 1).isContinued)
        #expect(take(&chain, 5, 115, id: 2).isContinued)
        #expect(!take(&chain, 5, 500, id: 3).isContinued)
    }

    @Test("A lost text's successors wait together, and are freed together when it comes late")
    func late() {
        var chain = BalanceChain()
        take(&chain, 10, 100, id: 1)
        #expect(!take(&chain, 30, 150, id: 3).isContinued)
        #expect(!take(&chain, 5, 155, id: 4).isContinued)
        let outcome = take(&chain, 20, 120, id: 2, at: 60)
        #expect(outcome.isContinued && outcome.freed.map(\.transaction) == [Record.ID(3), Record.ID(4)])
        #expect(outcome.disproved.isEmpty && chain.waiting.isEmpty)
        #expect(take(&chain, 1, 156, id: 5).isContinued)
    }

    @Test("Two lost texts may come late in either order", arguments: [[2, 3], [3, 2]])
    func twoLate(_ order: [Int64]) {
        var chain = BalanceChain()
        take(&chain, 10, 100, id: 1)
        take(&chain, 40, 190, id: 4)
        var freed: [Record.ID?] = []
        for id in order {
            freed += take(&chain, id == 2 ? 20 : 30, id == 2 ? 120 : 150, id: id, at: 60).freed.map(\.transaction)
        }
        #expect(Set(freed).contains(Record.ID(4)) && chain.waiting.isEmpty)
        #expect(take(&chain, 1, 191, id: 5).isContinued)
    }

    @Test("A later text that goes on from before a gap proves that what waits never came")
    func disproved() {
        var chain = BalanceChain()
        take(&chain, 10, 100, id: 1)
        take(&chain, 400, 1120, id: 2)
        let outcome = take(&chain, 10, 110, id: 3)
        #expect(outcome.isContinued && outcome.disproved.map(\.transaction) == [Record.ID(2)])
    }

    @Test("An earlier text that goes on from before a gap proves nothing: there may be another between")
    func notDisproved() {
        var chain = BalanceChain()
        take(&chain, 10, 100, id: 1)
        take(&chain, 30, 200, id: 9)
        let outcome = take(&chain, 10, 110, id: 3)
        #expect(outcome.isContinued && outcome.disproved.isEmpty && chain.waiting.count == 1)
    }

    @Test("After the wait the chain starts anew behind the gap")
    func lapsed() {
        var chain = BalanceChain()
        take(&chain, 10, 100, id: 1)
        take(&chain, 30, 200, id: 2)
        let inTime = take(&chain, 5, 205, id: 3, at: 600)
        #expect(!inTime.isContinued)
        let outcome = take(&chain, 1, 206, id: 4, at: 901)
        #expect(outcome.isContinued && outcome.freed.map(\.transaction) == [Record.ID(3)])
    }

    @Test("A text that goes on from before the gap is believed after the wait too, and proves what it would have")
    func lateProof() {
        var chain = BalanceChain()
        take(&chain, 10, 100, id: 1)
        take(&chain, 400, 1120, id: 2)
        let outcome = take(&chain, 10, 110, id: 3, at: 5000)
        #expect(outcome.isContinued && outcome.disproved.map(\.transaction) == [Record.ID(2)])
        #expect(!take(&chain, 5, 1125, id: 4, at: 5001).isContinued)
    }

    @Test("It never starts anew behind what the line has gone on from meanwhile")
    func deadBranch() {
        var chain = BalanceChain()
        take(&chain, 10, 100, id: 1)
        take(&chain, 400, 1120, id: 900)
        #expect(take(&chain, 10, 110, id: 3, at: 10).isContinued)
        #expect(!take(&chain, 5, 1125, id: 901, at: 1000).isContinued)
        #expect(take(&chain, 10, 120, id: 4, at: 1001).isContinued)
    }

    @Test("A text that nobody understands starts it anew and accuses nobody")
    func anew() {
        var chain = BalanceChain()
        take(&chain, 10, 100, id: 1)
        take(&chain, 30, 200, id: 2)
        _ = chain.take(.unknown, holding: nil, at: Self.start, wait: Self.wait)
        let outcome = take(&chain, 10, 500, id: 3)
        #expect(outcome.isContinued && outcome.disproved.isEmpty && outcome.freed.isEmpty)
    }

    @Test("Money whose text does not say the balance moves it all the same")
    func silent() {
        var chain = BalanceChain()
        take(&chain, 10, 100, id: 1)
        _ = chain.take(.came(Money(pesewas: 500)), holding: nil, at: Self.start, wait: Self.wait)
        #expect(take(&chain, 10, 115, id: 3).isContinued)
    }

    @Test("A text that comes again moves nothing")
    func again() {
        var chain = BalanceChain()
        take(&chain, 10, 100, id: 1)
        take(&chain, 10, 110, id: 2)
        let before = chain
        #expect(take(&chain, 10, 100, id: 1).isContinued && chain == before)
    }

    @Test("An id that is out of order is told and decides nothing")
    func warning() {
        var chain = BalanceChain()
        take(&chain, 10, 100, id: 5)
        let outcome = take(&chain, 10, 110, id: 2)
        #expect(outcome.isContinued && outcome.warnings.count == 1)
    }

    @Test("No more is remembered of a line than its limits say")
    func bounded() {
        var chain = BalanceChain()
        take(&chain, 10, 100, id: 1)
        for number in 0..<500 { take(&chain, 1, 10_000 + Int64(number) * 7, id: Int64(number) + 2) }
        #expect(chain.waiting.count <= HarpoonLimits.gapsRemembered)
        #expect(chain.seen.count <= HarpoonLimits.textsRemembered)
    }

    @Test("A line's memory reads back as it was")
    func memory() throws {
        var memory = LineMemory()
        take(&memory.chain, 10, 100, id: 1)
        take(&memory.chain, 30, 200, id: 2)
        take(&memory.chain, 30, 900, id: 3, at: 1000)
        memory.part = LineMemory.Part(sender: "A", text: "b", claimedAt: nil, arrivedAt: Self.start)
        let space = RecordSpace(
            account: Account.ID(1), origin: Harpoon().id, mode: .live, collection: LineMemory.collection)
        let record = Record(
            id: Record.ID(1), space: space, state: LineMemory.state, createdAt: Self.start, since: Self.start,
            body: memory.body)
        #expect(try LineMemory(record) == memory)
    }

    @Test("Ids are put in order as their network counts, and those of no known order in none")
    func ids() {
        #expect(TelcoOrder.isEarlier("9999999999", "10000000000") == true)
        #expect(TelcoOrder.isEarlier("0000013950083333", "0000013950000000") == false)
        #expect(TelcoOrder.isEarlier("PP260610.1402.C10293", "CI260610.1403.C00001") == true)
        #expect(TelcoOrder.isEarlier("", "1") == nil && TelcoOrder.isEarlier("556677880001", "PP260610.1402.C1") == nil)
    }

    // MARK: With payments

    @Test("Money that waits is processing, and a person's when its time is over")
    func overdue() async throws {
        let bench = IntakeBench()
        let line = try await bench.line()
        let id = try await bench.payment("Q7W3KD", 7500)
        try await bench.take(bench.receipt("x", "1.00", balance: "100.00", id: "83000000001"), on: line)
        try await bench.take(bench.receipt("Q7W3KD", "75.00", balance: "900.00", id: "83000000002"), on: line)
        #expect(try await bench.state(id) == .processing)
        try await bench.wait(.seconds(899))
        #expect(try await bench.state(id) == .processing)
        try await bench.wait(.seconds(1))
        #expect(try await bench.state(id) == .manualReview)
        let approved = try await bench.ledger.change(id, .verify) { value throws(Transaction.Refusal) in
            try value.approved(at: bench.time.now)
        }
        #expect(approved.value.state == .success)
        #expect(try await bench.receipts().last?.state == .matched)
    }

    @Test("A person who looks at money after the wait is told that a later text has disproved it")
    func told() async throws {
        let bench = IntakeBench()
        let line = try await bench.line()
        let id = try await bench.payment("Q7W3KD", 7500)
        try await bench.take(bench.receipt("x", "1.00", balance: "100.00", id: "83000000001"), on: line)
        try await bench.take(bench.receipt("Q7W3KD", "75.00", balance: "900.00", id: "83000000002"), on: line)
        try await bench.wait(.seconds(3600))
        try await bench.take(bench.receipt("y", "1.00", balance: "101.00", id: "83000000003"), on: line)
        let payment = try await bench.ledger.transaction(id).value
        #expect(payment.state == .manualReview && payment.reason?.contains("never came") == true)
        #expect(try await bench.receipts().map(\.state) == [.unmatched, .held, .unmatched])
    }

    @Test("Money that waits for a payment which is cancelled meanwhile is nobody's when it is freed")
    func cancelled() async throws {
        let bench = IntakeBench(forwards: true)
        let line = try await bench.line()
        let id = try await bench.payment("Q7W3KD", 3000)
        try await bench.take(bench.receipt("x", "1.00", balance: "100.00", id: "83000000001"), on: line)
        try await bench.take(bench.receipt("Q7W3KD", "30.00", balance: "150.00", id: "83000000003"), on: line)
        _ = try await bench.ledger.change(id, .cancel) { value throws(Transaction.Refusal) in
            try value.cancelled(because: nil, at: bench.time.now)
        }
        try await bench.take(bench.receipt("y", "20.00", balance: "120.00", id: "83000000002"), on: line)
        #expect(try await bench.state(id) == .cancelled)
        let receipts = try await bench.receipts()
        #expect(receipts.map(\.state) == [.unmatched, .unmatched, .unmatched])
        #expect(receipts.allSatisfy { $0.forwardedAs != nil && $0.transaction == nil })
    }

    @Test("Money without a code that does not go on is told to nobody before it is freed")
    func forwarded() async throws {
        let bench = IntakeBench(forwards: true)
        let line = try await bench.line()
        try await bench.take(bench.receipt("x", "1.00", balance: "100.00", id: "83000000001"), on: line)
        try await bench.take(bench.receipt("y", "30.00", balance: "150.00", id: "83000000003"), on: line)
        #expect(try await bench.receipts().map { $0.forwardedAs != nil } == [true, false])
        try await bench.take(bench.receipt("z", "20.00", balance: "120.00", id: "83000000002"), on: line)
        #expect(try await bench.receipts().map { $0.forwardedAs != nil } == [true, true, true])
    }

    @Test("Many texts of one line at one instant are all taken, each once")
    func together() async throws {
        let bench = IntakeBench()
        let line = try await bench.line()
        try await bench.take(bench.receipt("x", "1.00", balance: "100.00", id: "83000000000"), on: line)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...20 {
                group.addTask {
                    try await bench.take(
                        bench.receipt("x", "1.00", balance: "\(100 + number).00", id: "\(83_000_000_000 + number)"),
                        on: line)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await bench.receipts().map(\.state) == Array(repeating: .unmatched, count: 21))
    }
}
