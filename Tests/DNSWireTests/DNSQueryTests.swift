import DNSWire
import Testing

@Suite("Queries")
struct DNSQueryTests {
    private static let question = DNSName("example.com").map { DNSQuestion($0, .mx) }

    @Test("A query asks for recursion, has one question, and offers EDNS")
    func encoded() throws {
        let query = DNSQuery(id: 0xABCD, question: try #require(Self.question))
        #expect(
            query.bytes == [0xAB, 0xCD, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 7] + "example".utf8 + [3] + "com".utf8
                + [0, 0, 15, 0, 1, 0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0])
    }

    @Test("Without EDNS there is nothing after the question")
    func plain() throws {
        let query = DNSQuery(id: 1, question: try #require(Self.question), offersEDNS: false)
        #expect(query.bytes.count == 12 + 13 + 4)
        #expect(Array(query.bytes[10...11]) == [0, 0])
    }

    @Test("Over TCP its length stands before it")
    func framed() throws {
        let query = DNSQuery(id: 1, question: try #require(Self.question))
        #expect(query.framedBytes == [0, UInt8(query.bytes.count)] + query.bytes)
    }

    @Test("A connection's bytes are cut into messages, however they come")
    func frames() {
        var whole = FramedMessages()
        whole.receive([0, 2, 1, 2, 0, 0, 0, 1])
        #expect(whole.next() == [1, 2])
        #expect(whole.next() == [])
        #expect(whole.next() == nil)
        var pieces = FramedMessages()
        for byte in [0, 2, 7] as [UInt8] {
            pieces.receive([byte])
            #expect(pieces.next() == nil)
        }
        pieces.receive([8])
        #expect(pieces.next() == [7, 8])
    }
}
