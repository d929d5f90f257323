package import Base
package import HTTPWire

/// Who the client is: the peer of the connection, or, where that is a proxy which the operator trusts, the address that
/// it forwarded for.
package struct ClientAddress: Sendable {
    private let proxies: [IPNetwork]

    package init(proxies: [IPNetwork]) { self.proxies = proxies }

    /// The last address in X-Forwarded-For that is not a trusted proxy's: each proxy appends the peer that it saw, so
    /// whatever stands before that the client may have written itself.
    package func client(of head: RequestHead?, peer: IPAddress?) -> IPAddress? {
        guard let peer, isProxy(peer), let head else { return peer }
        let forwarded = head.values(of: .forwardedFor).flatMap { $0.split(separator: ",") }
        for text in forwarded.reversed() {
            guard let address = IPAddress(String(text.drop { $0 == " " }.prefix { $0 != " " })) else { return peer }
            if !isProxy(address) { return address }
        }
        return peer
    }

    private func isProxy(_ address: IPAddress) -> Bool { proxies.contains { $0.contains(address) } }
}
