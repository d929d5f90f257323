import Base
import Posix
import Testing

@Suite("Who holds a port")
struct PortHolderTests {
    @Test("A port that this process listens at is its own", arguments: ["127.0.0.1", "[::1]", "0.0.0.0", "[::]"])
    func own(_ host: String) throws {
        let any = try #require(SocketAddress(ipAndPort: "\(host):0"))
        let socket = try Socket.listen(at: any, sharesPort: false)
        let address = try #require(try socket.localAddress())
        let holder = try #require(PortHolder.find(address))
        #expect(holder.processID == Machine.processID)
        #expect(!holder.program.isEmpty)
    }

    @Test("Who listens at all addresses holds the port of each")
    func all() throws {
        let any = try #require(SocketAddress(ipAndPort: "0.0.0.0:0"))
        let socket = try Socket.listen(at: any, sharesPort: false)
        guard case .ip(_, let port) = try socket.localAddress() else {
            Issue.record("a listening socket without a port")
            return
        }
        let one = try #require(SocketAddress(ipAndPort: "127.0.0.1:\(port)"))
        #expect(PortHolder.find(one)?.processID == Machine.processID)
    }

    @Test("Nobody holds the port of another address, or one that was given up")
    func nobody() throws {
        let any = try #require(SocketAddress(ipAndPort: "127.0.0.2:0"))
        let address = try {
            let socket = try Socket.listen(at: any, sharesPort: false)
            let address = try #require(try socket.localAddress())
            guard case .ip(_, let port) = address else { return address }
            let other = try #require(SocketAddress(ipAndPort: "127.0.0.3:\(port)"))
            #expect(PortHolder.find(other) == nil)
            return address
        }()
        #expect(PortHolder.find(address)?.processID != Machine.processID)
        #expect(PortHolder.find(.path("/nowhere")) == nil)
    }
}
