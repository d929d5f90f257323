import Base
import Model
import Ports
import TestKit
import Testing

extension StoreConformance {
    static let answers = [
        StoreCheck("Key, effect and answer are one commit: the same request again changes nothing") { bench in
            let unit = keyed("k", [.accept(Fixture.message())])
            let made = try #require(try await bench.commit(.keyed(unit)).made)
            #expect(made.map { $0.acceptance != nil } == [true])
            #expect(try await bench.commit(.keyed(unit)).replayed == answer)
            #expect(try await bench.list().total == 1)
            #expect(try await bench.pending().count == 1)
        },
        StoreCheck("An answer is there when the store is opened again") { bench in
            let unit = keyed("k", [.accept(Fixture.message())])
            _ = try await bench.commit(.keyed(unit))
            try await bench.reopen()
            #expect(
                try await bench.store.answer(unit.record.key)
                    == AnswerRecord(
                        fingerprint: unit.record.fingerprint, answer: answer, expiresAt: Fixture.start + .seconds(60)))
            #expect(try await bench.commit(.keyed(unit)).replayed == answer)
            #expect(try await bench.store.answer(Fixture.idempotency("other").key) == nil)
        },
        StoreCheck("An answer that is about nothing is a commit of its own, byte for byte and sealed or not") { bench in
            let sealed = StoredAnswer(status: 201, body: Array(0...255), isSealed: true)
            _ = try await bench.commit(.keyed(keyed("k", []) { _ in sealed }))
            try await bench.reopen()
            #expect(try await bench.commit(.keyed(keyed("k", []))).replayed == sealed)
        },
        StoreCheck("Another request with the key is refused and changes nothing, or gets the answer") { bench in
            _ = try await bench.commit(.keyed(keyed("k", [])))
            let other = keyed("k", [.accept(Fixture.message())], request: "other")
            #expect(try await bench.commit(.keyed(other)).failure == .idempotencyMismatch)
            var lenient = other
            lenient.whenDifferent = .replay
            #expect(try await bench.commit(.keyed(lenient)).replayed == answer)
            #expect(try await bench.list().total == 0)
        },
        StoreCheck("What is not kept leaves the key free") { bench in
            let outcomes = try await bench.commit(.keyed(keyed("k", []) { _ in nil })).made
            #expect(outcomes?.isEmpty == true)
            #expect(try await bench.store.answer(Fixture.idempotency("k").key) == nil)
            #expect(try await bench.commit(.keyed(keyed("k", [], request: "other"))).made != nil)
        },
        StoreCheck("The answer is told what became of each change") { bench in
            let account = Change.directory(.createAccount(name: "a", parent: nil, at: Fixture.start))
            let unit = keyed("k", [account, .domain(.create(Fixture.domain())), .domain(.create(Fixture.domain()))]) {
                StoredAnswer(status: 200, body: $0.map { $0.failure == nil ? 1 : 0 })
            }
            _ = try await bench.commit(.keyed(unit))
            #expect(try await bench.store.answer(unit.record.key)?.answer.body == [1, 1, 0])
        },
        StoreCheck("An answer that has expired is none, and another takes its place") { bench in
            _ = try await bench.commit(.keyed(keyed("k", [])))
            var later = keyed("k", [], request: "other") { _ in StoredAnswer(status: 202, body: []) }
            later.at = Fixture.start + .seconds(60)
            later.expiresAt = later.at + .seconds(60)
            #expect(try await bench.commit(.keyed(later)).made != nil)
            #expect(try await bench.commit(.keyed(later)).replayed?.status == 202)
        },
        StoreCheck("Expired answers are removed when that is asked for, and no others") { bench in
            _ = try await bench.commit(.keyed(keyed("ended", [])))
            var open = keyed("open", [])
            open.expiresAt = Fixture.start + .seconds(61)
            _ = try await bench.commit(.keyed(open))
            _ = try await bench.commit(.limits(.purge(endedBy: Fixture.start + .seconds(60))))
            #expect(try await bench.store.answer(Fixture.idempotency("ended").key) == nil)
            #expect(try await bench.store.answer(open.record.key) != nil)
        },
        StoreCheck("A large message within such a unit is there, and a replay leaves nothing behind") { bench in
            let content = [UInt8](repeating: 7, count: 1 << 20)
            let file = Attachment(fileName: "a.bin", contentType: nil, contentID: nil, content: content)
            let unit = keyed("k", [.accept(Fixture.message(Fixture.submission(attachments: [file])))])
            let made = try #require(try await bench.commit(.keyed(unit)).made?.first?.acceptance)
            #expect(try await bench.commit(.keyed(unit)).replayed == answer)
            try await bench.reopen()
            #expect(try await bench.message(made.message).submission.attachments == [file])
        },
        StoreCheck("Of a hundred requests with one key at one time one has an effect") { bench in
            let store = bench.store
            let made = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        await store.commit([.keyed(keyed("k", [.accept(Fixture.message())]))]).first?.made != nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(made == 1)
            let total = try await bench.list().total
            #expect(total == 1)
        },
    ]

    private static let answer = StoredAnswer(status: 202, body: Array("done".utf8))

    private static func keyed(
        _ key: String, _ changes: [Change], request: String = "request",
        answer: @escaping @Sendable ([ChangeOutcome]) -> StoredAnswer? = { _ in Self.answer }
    ) -> KeyedPlan {
        KeyedPlan(
            record: Fixture.idempotency(key, request), whenDifferent: .refuse, at: Fixture.start,
            expiresAt: Fixture.start + .seconds(60), changes: changes, answer: answer)
    }
}

extension ChangeOutcome {
    fileprivate var made: [ChangeOutcome]? {
        if case .keyed(.fresh(let outcomes)) = self { outcomes } else { nil }
    }

    fileprivate var replayed: StoredAnswer? {
        if case .keyed(.replayed(let answer)) = self { answer } else { nil }
    }
}
