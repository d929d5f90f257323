import Base
import Serving
import TestKit
import Testing

@testable import HTTPServer

@Suite("Clients behind proxies", .timeLimit(.minutes(10)))
struct ForwardedClientTests {
    private typealias Bench = ShardBench

    private static let client = "192.0.2.7"

    private static func request(_ path: String, for client: String) -> String {
        Bench.request(path, "X-Forwarded-For: \(client)\r\n")
    }

    @Test("One for whom as many are asked for as may be is told to come back; others, and the proxy itself, are served")
    func full() async throws {
        let budget = ConnectionBudget(limit: 100)
        let bench = try await ShardBench(budget: budget)
        var seats: [ForwardedSeat] = []
        let address = try #require(IPAddress(Self.client))
        while let seat = budget.seat(forwarded: address) { seats.append(seat) }
        let refused = try await bench.talk { client in
            try client.send(Self.request("/a", for: Self.client))
            return try client.receiveAll()
        }
        #expect(refused.hasPrefix("HTTP/1.1 503"))
        let served = try await bench.talk { client in
            try client.send(Self.request("/a", for: "192.0.2.8") + Bench.request("/b"))
            return try client.receive(through: "/b")
        }
        #expect(served.hasPrefix("HTTP/1.1 200"))
        seats.removeAll()
        let later = try await bench.talk { client in
            try client.send(Self.request("/a", for: Self.client))
            return try client.receive(through: "/a")
        }
        #expect(later.hasPrefix("HTTP/1.1 200"))
        await bench.stop()
    }

    @Test("What was answered counts no more, on a connection that stays open too")
    func answered() async throws {
        let budget = ConnectionBudget(limit: 100)
        let bench = try await ShardBench(budget: budget)
        let address = try #require(IPAddress(Self.client))
        var seats: [ForwardedSeat] = []
        while let seat = budget.seat(forwarded: address) { seats.append(seat) }
        // Room for one at a time.
        seats.removeLast()
        let answers = try await bench.talk { client in
            var text = ""
            for path in ["/1", "/2", "/3"] {
                try client.send(Self.request(path, for: Self.client))
                text += try client.receive(through: path)
            }
            return text
        }
        #expect(answers.split(separator: "HTTP/1.1 200").count == 3)
        await bench.turn()
        #expect(budget.seat(forwarded: address) != nil)
        await bench.stop()
    }
}
