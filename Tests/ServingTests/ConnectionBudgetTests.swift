import Base
import Testing

@testable import Serving

@Suite("Room for connections")
struct ConnectionBudgetTests {
    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test("As many as there is room for, and again when one has gone")
    func whole() throws {
        let budget = ConnectionBudget(limit: 2)
        let here = try address("127.0.0.1")
        #expect(budget.take(here) == .taken)
        #expect(budget.take(nil) == .taken)
        #expect(budget.take(here) == .full)
        budget.give(here)
        #expect(budget.take(here) == .taken)
    }

    @Test(
        "An address has so many, its network more, and others are not touched",
        arguments: [
            (["192.0.2.1"], ServingLimits.connectionsPerAddress, "192.0.2.2"),
            (["2001:db8::1", "2001:db8::2"], ServingLimits.connectionsPerAddress, "2001:db8:0:1::1"),
            ((1...9).map { "192.0.2.\($0)" }, ServingLimits.connectionsPerNetwork, "192.0.3.1"),
        ])
    func alike(addresses: [String], most: Int, other: String) throws {
        let budget = ConnectionBudget(limit: 100_000)
        let all = try addresses.map(address)
        for number in 0..<most { #expect(budget.take(all[number % all.count]) == .taken) }
        for one in all { #expect(budget.take(one) == .tooManyAlike) }
        #expect(budget.take(try address(other)) == .taken)
        budget.give(all[0])
        #expect(budget.take(all[0]) == .taken)
    }

    @Test(
        "This machine and the operator's networks count against the whole alone", arguments: ["127.0.0.9", "10.1.2.3"])
    func exempt(text: String) throws {
        let budget = ConnectionBudget(limit: 100_000, exempt: [try #require(IPNetwork("10.0.0.0/8"))])
        for _ in 0..<ServingLimits.connectionsPerNetwork + 1 { #expect(budget.take(try address(text)) == .taken) }
    }

    @Test("Who comes through a proxy counts by its own address, with its own connections, and against no room")
    func forwarded() throws {
        let budget = ConnectionBudget(limit: 2, exempt: [try #require(IPNetwork("10.0.0.0/8"))])
        let client = try address("192.0.2.1")
        #expect(budget.take(client) == .taken)
        var seats: [ForwardedSeat] = []
        for _ in 1..<ServingLimits.connectionsPerAddress { seats.append(try #require(budget.seat(forwarded: client))) }
        #expect(budget.seat(forwarded: client) == nil)
        #expect(budget.take(client) == .tooManyAlike)
        #expect(budget.seat(forwarded: try address("192.0.2.2")) != nil)
        #expect(budget.take(try address("10.1.2.3")) == .taken)
        seats.removeLast()
        #expect(budget.seat(forwarded: client) != nil)
        seats.removeAll()
        budget.give(client)
        #expect(budget.take(client) == .taken)
    }

    @Test("Some descriptors are always kept back", arguments: [(1024, 768), (128, 64), (1_000_000, 995_904)])
    func kept(descriptors: Int, connections: Int) {
        #expect(ConnectionBudget.connections(descriptors: descriptors) == connections)
    }
}
