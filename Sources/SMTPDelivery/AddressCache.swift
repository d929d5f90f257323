import Base
import Posix

/// The smarthost's addresses, looked up when needed and kept for `SMTPDeliveryLimits.addressLifetime`.
struct AddressCache {
    /// Known without a look-up.
    private let fixed: [IPAddress]?
    private var found: (addresses: [IPAddress], until: Duration)?

    init(host: String) {
        if let address = IPAddress(host) {
            fixed = [address]
        } else if host.asciiLowercased == "localhost" {
            // Loopback by definition: no resolver is asked, or could say otherwise.
            fixed = ["127.0.0.1", "::1"].compactMap { IPAddress($0) }
        } else {
            fixed = nil
        }
    }

    /// `uptime` is the monotonic clock's. Nil: they must be looked up.
    func addresses(uptime: Duration) -> [IPAddress]? {
        if let fixed { return fixed }
        guard let found, uptime < found.until else { return nil }
        return found.addresses
    }

    mutating func keep(_ addresses: [IPAddress], uptime: Duration) {
        found = (addresses, uptime + SMTPDeliveryLimits.addressLifetime)
    }
}
