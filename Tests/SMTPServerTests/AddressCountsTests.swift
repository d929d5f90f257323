import Base
import Testing

@testable import SMTPServer

struct AddressCountsTests {
    @Test("An address gets no more connections than the limit, and one for each that ends")
    func limit() throws {
        let address = try #require(IPAddress("192.0.2.1"))
        let other = try #require(IPAddress("192.0.2.2"))
        let counts = AddressCounts(limit: 2)
        #expect(counts.begin(address))
        #expect(counts.begin(address))
        #expect(!counts.begin(address))
        #expect(counts.begin(other))
        counts.end(address)
        #expect(counts.begin(address))
    }
}
