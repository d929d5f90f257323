package import Base
package import HTTPWire

/// Who the client is: the peer of the connection, or, where that is a proxy which the operator trusts, the address that
/// it forwarded for.
///
/// Only X-Forwarded-For is read. A proxy writes one field and passes on the other as the client sent it, so who
/// believes both believes the client; and of the two, this is the one that every proxy can write.
package struct ClientAddress: Sendable {
    private let proxies: [IPNetwork]

    package init(proxies: [IPNetwork]) { self.proxies = proxies }

    /// The last address in X-Forwarded-For that is not a trusted proxy's: each proxy appends the peer that it saw, so
    /// whatever stands before that the client may have written itself.
    package func client(of head: RequestHead?, peer: IPAddress?) -> IPAddress? {
        forwarded(by: head, peer: peer) ?? peer
    }

    /// The same; nil where nobody stands in between, or a trusted proxy says nothing of whom it asks for.
    package func forwarded(by head: RequestHead?, peer: IPAddress?) -> IPAddress? {
        guard !proxies.isEmpty, let peer, isProxy(peer), let head else { return nil }
        let forwarded = head.values(of: .forwardedFor).flatMap { $0.split(separator: ",") }
        for text in forwarded.reversed() {
            guard let address = Self.address(text) else { return nil }
            if !isProxy(address) { return address }
        }
        return nil
    }

    /// An address, or as some proxies write it, one with a port: `192.0.2.7:4711`, `[2001:db8::1]:4711`.
    private static func address(_ element: Substring) -> IPAddress? {
        let text = element.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
        if text.first == "[" { return IPAddress(String(text.dropFirst().prefix { $0 != "]" })) }
        return IPAddress(String(text)) ?? IPAddress(String(text.prefix { $0 != ":" }))
    }

    private func isProxy(_ address: IPAddress) -> Bool { proxies.contains { $0.contains(address) } }
}
