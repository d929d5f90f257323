import Base
import HTTPWire
import Model
import Testing

@testable import HTTPServer

@Suite("Client addresses and request ids")
struct ClientAddressTests {
    private func head(_ fields: String...) throws -> RequestHead {
        var parser = RequestParser()
        let bytes = Array(("GET / HTTP/1.1\r\nHost: x\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n").utf8)
        parser.receive(bytes.span)
        guard case .head(let head) = parser.next() else { throw CancellationError() }
        return head
    }

    @Test(
        "Behind trusted proxies the client is the last address that is not one of them",
        arguments: [
            ("10.0.0.1", ["X-Forwarded-For: 192.0.2.7"], "192.0.2.7"),
            ("10.0.0.1", ["X-Forwarded-For: 1.1.1.1, 192.0.2.7"], "192.0.2.7"),
            ("10.0.0.1", ["X-Forwarded-For: 192.0.2.7, 10.0.0.2"], "192.0.2.7"),
            ("10.0.0.1", ["X-Forwarded-For: 1.1.1.1", "X-Forwarded-For: 192.0.2.7"], "192.0.2.7"),
            ("10.0.0.1", ["X-Forwarded-For: 10.0.0.2"], "10.0.0.1"), ("10.0.0.1", [], "10.0.0.1"),
            ("10.0.0.1", ["X-Forwarded-For: 192.0.2.7, nonsense"], "10.0.0.1"),
            ("10.0.0.1", ["X-Forwarded-For: 2001:db8::1"], "2001:db8::1"),
            ("10.0.0.1", ["X-Forwarded-For: 1.1.1.1,192.0.2.7:4711"], "192.0.2.7"),
            ("10.0.0.1", ["X-Forwarded-For: [2001:db8::1]:4711"], "2001:db8::1"),
            ("10.0.0.1", ["X-Forwarded-For: ::ffff:192.0.2.7, ::ffff:10.0.0.3"], "192.0.2.7"),
            ("10.0.0.1", ["X-Forwarded-For: "], "10.0.0.1"),
            ("10.0.0.1", ["Forwarded: for=192.0.2.7"], "10.0.0.1"),
            ("192.0.2.1", ["X-Forwarded-For: 192.0.2.7"], "192.0.2.1"),
        ])
    func forwarded(peer: String, fields: [String], expected: String) throws {
        let addresses = ClientAddress(proxies: [try #require(IPNetwork("10.0.0.0/8"))])
        let head = try fields.count == 2 ? head(fields[0], fields[1]) : fields.isEmpty ? head() : head(fields[0])
        #expect(addresses.client(of: head, peer: IPAddress(peer)) == IPAddress(expected))
    }

    @Test("Without a head or a peer nothing is guessed")
    func nothing() throws {
        let addresses = ClientAddress(proxies: [try #require(IPNetwork("10.0.0.0/8"))])
        #expect(addresses.client(of: nil, peer: IPAddress("10.0.0.1")) == IPAddress("10.0.0.1"))
        #expect(addresses.client(of: try head("X-Forwarded-For: 192.0.2.7"), peer: nil) == nil)
    }
}
