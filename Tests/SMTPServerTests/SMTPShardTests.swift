import Base
import Kernel
import Posix
import SMTPWire
import Serving
import TLS
import TestKit
import Testing

@testable import SMTPServer

@Suite("SMTP shard")
struct SMTPShardTests {
    @Test("A client is greeted, and its message is taken")
    func message() async throws {
        try await ShardBench.serve { bench in
            let client = try await bench.greeted()
            try client.send(ShardBench.envelope + "DATA\r\n")
            try await bench.said(by: client, through: "354 ")
            try client.send("Subject: x\r\n\r\n..\r\n.\r\nQUIT\r\n")
            #expect(try await bench.rest(of: client).hasSuffix("250 2.0.0 Taken\r\n221 2.0.0 Goodbye\r\n"))
            #expect(
                bench.service.taken.map { String(decoding: $0.content, as: UTF8.self) } == ["Subject: x\r\n\r\n.\r\n"])
        }
    }

    @Test("Thousands of commands in one piece are all answered")
    func flood() async throws {
        try await ShardBench.serve { bench in
            let client = try await bench.greeted()
            let chunk = ShardBench.envelope + "BDAT 2 LAST\r\n\r\n"
            try client.send(String(repeating: chunk, count: 3000) + "QUIT\r\n")
            let said = try await bench.rest(of: client)
            #expect(said.split(separator: "Taken").count == 3001)
            #expect(bench.service.taken.count == 3000)
        }
    }

    @Test("A client that goes away does not take back what it handed over, and its place is free")
    func clientGone() async throws {
        let addresses = AddressCounts(limit: 1)
        try await ShardBench.serve(addresses: addresses) { bench in
            bench.service.hold()
            do {
                let client = try await bench.greeted()
                try client.send(ShardBench.envelope + "BDAT 2 LAST\r\n\r\n")
                for await count in bench.service.arrivals where count == 1 { break }
                client.resetOnClose()
            }
            bench.service.release()
            #expect(bench.service.taken.count == 1)
            while await bench.shard.figures.first?.connections.open != 0 { await bench.turn() }
            _ = try await bench.greeted()
        }
    }

    @Test("More connections of one address than the limit are told so")
    func connections() async throws {
        try await ShardBench.serve(addresses: AddressCounts(limit: 1)) { bench in
            let first = try await bench.greeted()
            let second = try bench.connect()
            #expect(try await bench.rest(of: second) == "421 4.7.0 Too many connections from your address\r\n")
            #expect(first.isOpen)
        }
    }

    @Test("Connections and refusals are counted")
    func figures() async throws {
        try await ShardBench.serve { bench in
            let client = try await bench.greeted()
            try client.send("AUTH PLAIN AHUAd3Jvbmc=\r\n")
            try await bench.said(by: client, through: "535 5.7.8 No\r\n")
            let open = try #require(await bench.shard.figures.first)
            #expect(open.service == "letters" && open.address == bench.address.description)
            #expect(open.connections.accepted == 1 && open.connections.open == 1)
            #expect(open.refusals == [.credentialUnknown: 1])
            try client.send("QUIT\r\n")
            _ = try await bench.rest(of: client)
            client.endSending()
            await bench.pass(.seconds(6))
            #expect(await bench.shard.figures.first?.connections.open == 0)
        }
    }

    // MARK: Time

    @Test("A client that says nothing is ended after its time, and not before")
    func idle() async throws {
        try await ShardBench.serve(service: StubService(idleTimeout: .seconds(60))) { bench in
            let client = try await bench.greeted()
            await bench.pass(.seconds(58))
            #expect(client.isOpen)
            await bench.pass(.seconds(4))
            #expect(try await bench.rest(of: client) == "421 4.4.2 Timeout, closing connection\r\n")
        }
    }

    @Test("A command that trickles is late all the same")
    func trickle() async throws {
        try await ShardBench.serve { bench in
            let client = try await bench.greeted()
            for _ in 0..<13 {
                try client.send("N")
                await bench.pass(.seconds(5))
            }
            #expect(try await bench.rest(of: client).hasPrefix("421 4.4.2"))
        }
    }

    @Test("Content that comes too slowly is ended, at a fair rate it is taken")
    func contentRate() async throws {
        for (octets, rounds, isTaken) in [(1, 5, false), (1000, 14, true)] {
            try await ShardBench.serve { bench in
                let client = try await bench.greeted()
                try client.send(ShardBench.envelope + "DATA\r\n")
                try await bench.said(by: client, through: "354 End data with <CR><LF>.<CR><LF>\r\n")
                for _ in 0..<rounds {
                    try client.send(String(repeating: "x", count: octets - 1) + " ")
                    await bench.turn()
                    await bench.pass(.seconds(5))
                }
                if isTaken {
                    try client.send("\r\n.\r\n")
                    try await bench.said(by: client, through: "Taken")
                } else {
                    await bench.pass(.seconds(7))
                    #expect(try await bench.rest(of: client).hasPrefix("421 4.4.2"))
                }
            }
        }
    }

    @Test("A burst of content buys no silence")
    func contentBurst() async throws {
        try await ShardBench.serve { bench in
            let client = try await bench.greeted()
            try client.send(ShardBench.envelope + "DATA\r\n")
            try await bench.said(by: client, through: "354 End data with <CR><LF>.<CR><LF>\r\n")
            for _ in 0..<100 { try client.send(String(repeating: "x", count: 900) + "\r\n") }
            await bench.turn()
            await bench.pass(.seconds(64))
            #expect(try await bench.rest(of: client).hasPrefix("421 4.4.2"))
        }
    }

    @Test("A message that is being decided is never late")
    func deciding() async throws {
        try await ShardBench.serve { bench in
            bench.service.hold()
            let client = try await bench.greeted()
            try client.send(ShardBench.envelope + "BDAT 2 LAST\r\n\r\n")
            for await count in bench.service.arrivals where count == 1 { break }
            await bench.pass(.seconds(400))
            bench.service.release()
            try await bench.said(by: client, through: "Taken")
        }
    }

    // MARK: TLS or not

    private func identity() throws -> TLSServerIdentity {
        let certificates = try TestCertificates.shared()
        return try TLSServerIdentity(certificate: certificates.chain, key: certificates.key, application: .mail)
    }

    @Test("On a port that takes both, who waits is greeted, but not at once")
    func eitherWaits() async throws {
        try await ShardBench.serve(.either, identity: identity()) { bench in
            let client = try bench.connect()
            await bench.turn()
            await bench.pass(.milliseconds(150))
            #expect(client.isOpen)
            await bench.pass(.milliseconds(100))
            try await bench.said(by: client, through: "220 mail.example ESMTP\r\n")
        }
    }

    @Test("On a port that takes both, a ClientHello is answered by TLS alone")
    func eitherSpeaks() async throws {
        try await ShardBench.serve(.either, identity: identity()) { bench in
            let client = try bench.connect()
            await bench.turn()
            // The beginning of a record of the handshake, and then something that is none.
            try client.send("\u{16}\u{3}\u{1}\u{0}\u{5}hello")
            #expect(try await !bench.rest(of: client).contains("220"))
        }
    }

    @Test("On a port that takes both, clear text ahead of the greeting ends the session at once")
    func eitherTooEarly() async throws {
        try await ShardBench.serve(.either, identity: identity()) { bench in
            let client = try bench.connect()
            await bench.turn()
            try client.send("EHLO client.example\r\n")
            #expect(try await bench.rest(of: client).hasPrefix("421 5.5.1 "))
        }
    }

    @Test("A handshake that is not finished in its time is ended")
    func slowHandshake() async throws {
        try await ShardBench.serve(.implicit, identity: identity()) { bench in
            let client = try bench.connect()
            await bench.turn()
            try client.send("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}")
            await bench.pass(.seconds(13))
            #expect(client.isOpen)
            await bench.pass(.seconds(10))
            #expect(try await bench.rest(of: client) == "")
        }
    }

    // MARK: The end

    @Test("A drain ends when clients that rest are told and those that send have finished")
    func drain() async throws {
        try await ShardBench.serve { bench in
            let idle = try await bench.greeted()
            let busy = try await bench.greeted()
            try busy.send(ShardBench.envelope + "DATA\r\n")
            try await bench.said(by: busy, through: "354 End data with <CR><LF>.<CR><LF>\r\n")
            let shard = bench.shard
            let draining = Task { await shard.drain() }
            #expect(try await bench.rest(of: idle) == "421 4.3.2 Server is shutting down\r\n")
            try busy.send(".\r\n")
            #expect(
                try await bench.rest(of: busy) == "250 2.0.0 Taken\r\n421 4.3.2 Server is shutting down\r\n")
            idle.endSending()
            busy.endSending()
            await draining.value
        }
    }
}
