import HTTPWire
import Testing

@Suite("Query pairs")
struct QueryPairsTests {
    private func pairs(_ query: String) throws(TargetFault) -> [String] {
        try QueryPairs.decode(bytes(query)[...]).map { "\($0.name)=\($0.value)" }
    }

    @Test("Pairs keep their order and repetition")
    func order() throws {
        #expect(try pairs("b=1&a=2&b=3") == ["b=1", "a=2", "b=3"])
    }

    @Test("Missing parts are empty, and empty pairs are passed over")
    func emptyParts() throws {
        #expect(try pairs("a&b=&=c&&&d=e=f") == ["a=", "b=", "=c", "d=e=f"])
        #expect(try pairs("").isEmpty)
        #expect(try QueryPairs.decode(nil).isEmpty)
    }

    @Test("Plus and escapes are decoded after the cut")
    func decoding() throws {
        #expect(try pairs("a+b=c%2Bd%26e%3D+&filter[x]=%C3%BC") == ["a b=c+d&e= ", "filter[x]=ü"])
    }

    @Test("Invalid escapes, NUL and what is no UTF-8 are faults, in names and values")
    func faults() {
        #expect(throws: TargetFault.escapeInvalid) { try pairs("a=%") }
        #expect(throws: TargetFault.escapeInvalid) { try pairs("%4=a") }
        #expect(throws: TargetFault.nulEscaped) { try pairs("a=%00") }
        #expect(throws: TargetFault.notUTF8) { try pairs("a=%FF") }
    }

    @Test("The number of pairs is limited")
    func limit() throws {
        #expect(try pairs(String(repeating: "a&", count: 256)).count == 256)
        #expect(throws: TargetFault.partsExceeded(limit: 256)) { try pairs(String(repeating: "a&", count: 257)) }
    }
}
