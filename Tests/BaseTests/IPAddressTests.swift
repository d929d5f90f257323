import Base
import Testing

@Suite("IP address")
struct IPAddressTests {
    // RFC 5952 §2.2, §4 and §5 give most of these.
    static let canonical = [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("2001:0db8::0001", "2001:db8::1"), ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:DB8::AAAA", "2001:db8::aaaa"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("0:0:0:0:0:0:0:0", "::"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:c000:0201", "192.0.2.1"), ("::192.0.2.1", "::c000:201"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
    ]

    @Test("An address has one canonical text", arguments: canonical)
    func text(_ input: String, _ expected: String) throws {
        let address = try #require(IPAddress(input))
        #expect(address.description == expected)
        #expect(IPAddress(expected) == address)
        #expect(IPAddress(bytes: address.bytes) == address)
    }

    @Test(
        "What is no address is refused",
        arguments: [
            "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "1.2.3.", " 1.2.3.4", "1.2.3.4 ", "0x1.2.3.4",
            ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7:8::", "12345::", "::g",
            "::1%eth0",
            ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:", "1:::2", "::1.2.3", "1.2.3.4::", "::1.2.3.4:5", "[::1]", "1.2.3.-4",
        ])
    func refused(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("Only four or sixteen bytes make an address")
    func bytes() {
        #expect(IPAddress(bytes: [127, 0, 0, 1])?.description == "127.0.0.1")
        #expect(IPAddress(bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 0, 0, 1])?.family == .v4)
        #expect(IPAddress(bytes: [1, 2, 3]) == nil)
        #expect(IPAddress(bytes: []) == nil)
    }
}

@Suite("IP network")
struct IPNetworkTests {
    @Test(
        "A block's host bits are cleared",
        arguments: [
            ("10.1.2.3/8", "10.0.0.0/8"), ("10.1.2.3", "10.1.2.3/32"), ("192.0.2.255/25", "192.0.2.128/25"),
            ("1.2.3.4/0", "0.0.0.0/0"), ("2001:db8:ffff::1/33", "2001:db8:8000::/33"),
            ("2001:db8::1", "2001:db8::1/128"),
            ("2001:db8::ff00:1/112", "2001:db8::ff00:0/112"), ("::1/0", "::/0"), ("1:2:3:4:5::/64", "1:2:3:4::/64"),
            ("::ffff:10.1.2.3/104", "10.0.0.0/8"),
        ])
    func canonical(_ input: String, _ expected: String) {
        #expect(IPNetwork(input)?.description == expected)
    }

    @Test(
        "What is no block is refused",
        arguments: [
            "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1", "::/129", "::ffff:1.2.3.4/95", "x/8",
            "1.2.3.4/8/8",
        ])
    func refused(_ text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test("A block holds its first and last address and not their neighbours")
    func edges() throws {
        let network = try #require(IPNetwork("172.16.0.0/12"))
        let inside = ["172.16.0.0", "172.31.255.255", "::ffff:172.16.0.1"].compactMap { IPAddress($0) }
        let outside = ["172.15.255.255", "172.32.0.0", "::ac10:1"].compactMap { IPAddress($0) }
        #expect(inside.count == 3)
        #expect(outside.count == 3)
        #expect(inside.allSatisfy(network.contains))
        #expect(!outside.contains(where: network.contains))
    }

    @Test("A block across the middle of an IPv6 address holds its edges")
    func sixEdges() throws {
        let network = try #require(IPNetwork("2001:db8:0:8000::/49"))
        #expect(network.contains(try #require(IPAddress("2001:db8:0:ffff:ffff:ffff:ffff:ffff"))))
        #expect(!network.contains(try #require(IPAddress("2001:db8:0:7fff:ffff:ffff:ffff:ffff"))))
        #expect(!network.contains(try #require(IPAddress("2001:db8:1::"))))
    }

    @Test("The block of everything holds its own family only")
    func everything() throws {
        let four = try #require(IPNetwork("0.0.0.0/0"))
        let six = try #require(IPNetwork("::/0"))
        let (fourAddress, sixAddress) = (try #require(IPAddress("8.8.8.8")), try #require(IPAddress("2001:db8::1")))
        #expect(four.contains(fourAddress) && !four.contains(sixAddress))
        #expect(six.contains(sixAddress) && !six.contains(fourAddress))
    }
}
