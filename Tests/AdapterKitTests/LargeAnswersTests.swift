import Model
import Testing

@testable import AdapterKit

@Suite("Answers that nobody takes")
struct LargeAnswersTests {
    private let one = AccessKey.ID(1)
    private let half = LargeAnswers.bytesPerKey / 2

    @Test("A key has room for so many bytes, and again once one was sent")
    func key() throws {
        let answers = LargeAnswers()
        var held = [try #require(answers.hold(half, for: one)), try #require(answers.hold(half, for: one))]
        #expect(answers.hold(1, for: one) == nil)
        held.removeLast()
        #expect(answers.hold(half, for: one) != nil)
        #expect(held.count == 1)
    }

    @Test("All keys together have room for so many, whoever they are")
    func all() throws {
        let answers = LargeAnswers()
        let held = try (1...LargeAnswers.bytesMax / half).map { number in
            try #require(answers.hold(half, for: AccessKey.ID(Int64(number))))
        }
        #expect(answers.hold(half, for: AccessKey.ID(1000)) == nil && answers.hold(half, for: nil) == nil)
        #expect(held.count > 1)
    }

    @Test("A first answer has room, however large it is")
    func large() throws {
        let answers = LargeAnswers()
        var held = answers.hold(LargeAnswers.bytesMax * 2, for: one)
        #expect(held != nil && answers.hold(1, for: AccessKey.ID(2)) == nil)
        held = nil
        #expect(answers.hold(1, for: AccessKey.ID(2)) != nil)
    }

    @Test("A request takes a place for what is large alone, and is told to come back where there is none")
    func place() throws {
        let answers = LargeAnswers()
        let place = AnswerPlace(answers)
        try place.take(LargeAnswers.uncountedBytes, for: one)
        #expect(place.give() == nil)
        try place.take(LargeAnswers.bytesPerKey, for: one)
        let taken = try #require(place.give())
        #expect(throws: KernelFailure.overloaded(retryAfter: LargeAnswers.retryAfter)) {
            try AnswerPlace(answers).take(LargeAnswers.uncountedBytes + 1, for: one)
        }
        withExtendedLifetime(taken) {}
    }
}
