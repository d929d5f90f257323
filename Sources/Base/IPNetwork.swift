/// A block of addresses in CIDR form (RFC 4632 §3.1). Bits of the host part are cleared, so that equal blocks are equal
/// values.
public struct IPNetwork: Hashable, Sendable {
    /// The first address of the block.
    public let address: IPAddress
    /// How many leading bits the addresses of the block share.
    public let prefixLength: Int

    /// nil where the length is not one of the family.
    public init?(_ address: IPAddress, prefixLength: Int) {
        guard (0...address.family.bitCount).contains(prefixLength) else { return nil }
        self.address = address.masked(to: prefixLength)
        self.prefixLength = prefixLength
    }

    /// Reads `address/length`; a bare address is the block of itself alone.
    ///
    /// A block inside ::ffff:0:0/96 is the IPv4 block it carries, as its addresses are; a length below 96 there is
    /// refused, since it would mean both families at once.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        guard parts.count == 2 else {
            self.init(address, prefixLength: address.family.bitCount)
            return
        }
        let digits = parts[1].utf8
        guard (1...3).contains(digits.count), digits.allSatisfy(ASCII.isDigit),
            digits.count == 1 || digits.first != ASCII.zero, let length = Int(parts[1])
        else { return nil }
        let isMapped = address.family == .v4 && parts[0].utf8.contains(ASCII.colon)
        self.init(address, prefixLength: isMapped ? length - 96 : length)
    }

    /// An address of the other family is in no block.
    public func contains(_ other: IPAddress) -> Bool {
        other.family == address.family && other.masked(to: prefixLength) == address
    }

    /// Whether every address of the other block is in this one.
    public func contains(_ other: IPNetwork) -> Bool {
        prefixLength <= other.prefixLength && contains(other.address)
    }
}

extension IPNetwork: CustomStringConvertible, Loggable {
    public var description: String { "\(address)/\(prefixLength)" }
    public var logValue: LogValue { .text(description) }
}
