/// An IPv4 or IPv6 address.
///
/// An IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) is the IPv4 address it carries, however it was given: a rule for
/// 10.0.0.1 must not be passed by writing ::ffff:10.0.0.1. Zone identifiers are not read.
public struct IPAddress: Hashable, Sendable {
    public enum Family: Sendable {
        case v4, v6

        /// The length of an address, in bits.
        public var bitCount: Int { self == .v4 ? 32 : 128 }
    }

    public let family: Family
    /// The upper 64 bits of an IPv6 address, 0 for IPv4.
    let high: UInt64
    /// The lower 64 bits of an IPv6 address; an IPv4 address is its last 32 bits.
    let low: UInt64

    init(v4 value: UInt32) {
        family = .v4
        high = 0
        low = UInt64(value)
    }

    init(v6 high: UInt64, _ low: UInt64) {
        let isMapped = high == 0 && low >> 32 == 0xFFFF
        family = isMapped ? .v4 : .v6
        self.high = high
        self.low = isMapped ? low & 0xFFFF_FFFF : low
    }

    /// Four or sixteen bytes in network order; nil for any other count.
    public init?(bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self.init(v4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16:
            self.init(
                v6: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) })
        default: return nil
        }
    }

    /// Four or sixteen bytes in network order.
    public var bytes: [UInt8] {
        switch family {
        case .v4: (0..<4).map { UInt8(truncatingIfNeeded: low >> (24 - 8 * $0)) }
        case .v6:
            (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * $0)) }
                + (0..<8).map { UInt8(truncatingIfNeeded: low >> (56 - 8 * $0)) }
        }
    }

    /// The first `length` bits, the others zero. `length` is at most the family's `bitCount`.
    public func masked(to length: Int) -> IPAddress {
        switch family {
        case .v4: IPAddress(v4: UInt32(truncatingIfNeeded: low) & ~(UInt32.max >> UInt32(length)))
        case .v6:
            IPAddress(
                v6: high & ~(UInt64.max >> UInt64(min(length, 64))),
                low & ~(UInt64.max >> UInt64(max(length - 64, 0))))
        }
    }
}

extension IPAddress: Loggable {
    /// Addresses of clients and peers are the operator's business: blocking one needs them.
    public var logValue: LogValue { .text(description) }
}
