import Model
import TestKit
import Testing

@testable import HTTPServer

@Suite("Request ids")
struct RequestIDsTests {
    private let form = RequestIDForm(headerName: "X-Request-Id", prefix: "req_", randomCharacters: 18)

    @Test("Each has the dialect's form, and no two are the same")
    func unique() {
        let ids = RequestIDs(form: form, random: SeededRandom(seed: 1))
        let made = (0..<10_000).map { _ in ids.next() }
        #expect(Set(made).count == made.count)
        #expect(made.allSatisfy { $0.hasPrefix("req_") && $0.utf8.count == 22 })
        #expect(made.allSatisfy { $0.dropFirst(4).allSatisfy { $0.isASCII && ($0.isNumber || $0.isLowercase) } })
    }

    @Test("Another process begins elsewhere")
    func seeds() {
        let one = RequestIDs(form: form, random: SeededRandom(seed: 1)).next()
        #expect(one != RequestIDs(form: form, random: SeededRandom(seed: 2)).next())
    }
}
