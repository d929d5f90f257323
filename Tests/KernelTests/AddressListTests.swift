import Base
import Model
import Testing

@Suite("Address lists")
struct AddressListTests {
    private static let strict = AddressList.Rule(maximum: 3, refusesEverything: true)

    private func list(_ texts: [String], _ rule: AddressList.Rule = strict) throws(KernelFailure) -> [String] {
        try AddressList(parsing: texts, field: "ips", rule: rule).networks.map(\.description)
    }

    @Test("Bare addresses become networks, host bits are cleared, duplicates go, the order stays")
    func canonical() throws {
        let texts = ["10.1.2.3/8", "192.0.2.1", "10.0.0.0/8", "2001:DB8::1/32", "192.0.2.1/32", "::ffff:10.9.9.9/104"]
        #expect(try list(texts) == ["10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32"])
        #expect(try list(["2001:db8::1"]) == ["2001:db8::1/128"])
    }

    @Test(
        "What is no network is refused with its text",
        arguments: [
            "", "10.0.0.0/33", "10.0.0", "10.0.0.0/-1", "10.0.0.0/ 8", "x", "1.2.3.4/", "::/129", "0.0.0.0/0", "::/0",
        ])
    func refused(text: String) {
        do {
            Issue.record("\(try list(["192.0.2.1", text]))")
        } catch {
            #expect(error == .invalid(FieldFault("ips", .cidr, value: UserData(text))))
        }
    }

    @Test("A rule may take every address as a network, and counts what is left without duplicates")
    func rule() throws {
        #expect(try list(["0.0.0.0/0"], AddressList.Rule(maximum: 1, refusesEverything: false)) == ["0.0.0.0/0"])
        #expect(try list(["1.1.1.1", "1.1.1.1", "1.1.1.2", "1.1.1.3"]).count == 3)
        #expect(throws: KernelFailure.invalid(FieldFault("ips", .count(minimum: 0, maximum: 3)))) {
            try list(["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4"])
        }
    }

    @Test("An empty list admits everybody, another one only its own")
    func admits() throws {
        let network = try #require(IPNetwork("192.0.2.0/24"))
        #expect(AddressList.admits(nil, to: []))
        #expect(!AddressList.admits(nil, to: [network]))
        #expect(AddressList.admits(IPAddress("192.0.2.9"), to: [network]))
        #expect(AddressList.admits(IPAddress("::ffff:192.0.2.9"), to: [network]))
        #expect(!AddressList.admits(IPAddress("192.0.3.9"), to: [network]))
    }
}
