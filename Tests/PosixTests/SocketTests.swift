import Base
import Glibc
import Posix
import TestKit
import Testing

@Suite("Sockets")
struct SocketTests {
    @Test(
        "An address and port read back as they are written",
        arguments: ["127.0.0.1:8080", "0.0.0.0:0", "[::1]:25", "[2001:db8::1]:65535"])
    func addresses(text: String) { #expect(SocketAddress(ipAndPort: text)?.description == text) }

    @Test(
        "What is no address with a port is refused",
        arguments: [
            "", "127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:65536", "::1:80", "[::1]", "localhost:80", "127.0.0.1:-1",
            "127.0.0.1:+80", "[127.0.0.1]:80", "[::1:80",
        ])
    func malformed(text: String) { #expect(SocketAddress(ipAndPort: text) == nil) }

    @Test("A port that somebody listens at is not given out again, unless both share it")
    func ports() throws {
        let any = try #require(SocketAddress(ipAndPort: "127.0.0.1:0"))
        let first = try Socket.listen(at: any, sharesPort: true)
        let address = try #require(try first.localAddress())
        let second = try Socket.listen(at: address, sharesPort: true)
        #expect(try second.localAddress() == address)
        #expect(throws: PosixError.self) { _ = try Socket.listen(at: address, sharesPort: false) }
    }

    @Test("A path too long for the kernel is refused instead of cut")
    func longPath() throws {
        let folder = try TemporaryFolder()
        let path = folder.file(String(repeating: "s", count: 120))
        #expect(throws: PosixError("bind", number: ENAMETOOLONG)) {
            _ = try Socket.listen(at: .path(path), sharesPort: false)
        }
        #expect(folder.names(in: ".") == [])
    }

    @Test("What one end of a local socket sends comes out at the other")
    func local() throws {
        let folder = try TemporaryFolder()
        let address = SocketAddress.path(folder.file("socket"))
        let listener = try Socket.listen(at: address, sharesPort: false)
        let client = try Socket.connect(to: address)
        #expect(try client.connectError() == nil)
        guard let accepted = try listener.accept() else {
            Issue.record("nobody came")
            return
        }
        #expect(accepted.peer == nil)
        let server = accepted.takeSocket()
        _ = try client.send(Array("hello".utf8), from: 1)
        var buffer = [UInt8](repeating: 0, count: 10)
        let progress = try unsafe buffer.withUnsafeMutableBytes { try unsafe server.receive(into: $0) }
        guard case .done(4) = progress else {
            Issue.record("not four bytes")
            return
        }
        #expect(buffer.starts(with: Array("ello".utf8)))
        guard case .wouldBlock = try unsafe buffer.withUnsafeMutableBytes({ try unsafe server.receive(into: $0) })
        else {
            Issue.record("more came than was sent")
            return
        }
    }
}
