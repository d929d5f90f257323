import Glibc
import Posix
import Synchronization
import Testing

@Suite("Work queue")
struct WorkQueueTests {
    @Test("It takes as much as fits and gives all of it at once, in order")
    func bounds() throws {
        let queue = try WorkQueue<Int>(capacity: 3)
        #expect((1...4).map(queue.put) == [true, true, true, false])
        #expect(queue.count == 3)
        #expect(queue.takeAll() == [1, 2, 3])
        #expect(queue.put(5))
        #expect(queue.takeAll() == [5])
    }

    @Test("Closed, it refuses what comes and gives what waits, and then says that it is over")
    func close() throws {
        let queue = try WorkQueue<Int>(capacity: 3)
        _ = queue.put(1)
        queue.close()
        #expect(!queue.put(2))
        #expect(queue.takeAll() == [1])
        #expect(queue.takeAll() == nil)
        #expect(queue.takeAll() == nil)
    }

    @Test("A taker that waits is woken by the first item, and by the close")
    func waiting() throws {
        let queue = try WorkQueue<Int>(capacity: 10)
        let taken = Mutex<[Int]>([])
        let thread = Thread(name: "taker") {
            while let items = queue.takeAll() { taken.withLock { $0 += items } }
        }
        for item in 0..<1000 { while !queue.put(item) { _ = sched_yield() } }
        queue.close()
        thread.join()
        #expect(taken.withLock { $0 } == Array(0..<1000))
    }

    @Test("Of many threads' items none is lost, and each thread's stay in order")
    func manyThreads() throws {
        let queue = try WorkQueue<[Int]>(capacity: 100)
        let threads = (0..<4).map { thread in
            Thread(name: "putter") {
                for item in 0..<2000 { while !queue.put([thread, item]) { _ = sched_yield() } }
            }
        }
        var seen: [[Int]] = [[], [], [], []]
        var count = 0
        while count < 8000, let items = queue.takeAll() {
            for item in items { seen[item[0]].append(item[1]) }
            count += items.count
        }
        for thread in threads { thread.join() }
        #expect(seen == Array(repeating: Array(0..<2000), count: 4))
    }
}
