import Model
import Testing

@testable import HTTPServer

@Suite("Answers that nobody takes")
struct UnsentAnswersTests {
    private let one = AccessKey.ID(1)
    private let half = HTTPServerLimits.unsentBytesPerKey / 2

    private func hold(_ bytes: Int, _ key: AccessKey.ID?, _ unsent: inout UnsentAnswers) throws -> UnsentAnswers.Held {
        let held = unsent.hold(bytes, for: key)
        return try #require(held)
    }

    private func fits(_ bytes: Int, _ key: AccessKey.ID?, _ unsent: inout UnsentAnswers) -> Bool {
        unsent.hold(bytes, for: key) != nil
    }

    @Test("A key has room for so many bytes, and again once one was sent")
    func key() throws {
        var unsent = UnsentAnswers()
        let first = try hold(half, one, &unsent)
        #expect(fits(half, one, &unsent))
        #expect(!fits(1, one, &unsent))
        unsent.release(first)
        #expect(fits(half, one, &unsent))
    }

    @Test("All keys together have room for so many, whoever they are")
    func all() {
        var unsent = UnsentAnswers()
        let count = HTTPServerLimits.unsentBytesPerShard / half
        for number in 0..<count { #expect(fits(half, AccessKey.ID(Int64(number + 1)), &unsent)) }
        #expect(!fits(half, AccessKey.ID(1000), &unsent))
        #expect(!fits(half, nil, &unsent))
    }

    @Test("A first answer has room, however large it is")
    func large() throws {
        var unsent = UnsentAnswers()
        let held = try hold(HTTPServerLimits.unsentBytesPerShard * 2, one, &unsent)
        #expect(!fits(1, AccessKey.ID(2), &unsent))
        unsent.release(held)
        #expect(fits(1, AccessKey.ID(2), &unsent))
    }
}
