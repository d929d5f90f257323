/// A question on its way to a recursive server.
public struct DNSQuery: Sendable, Equatable {
    /// What the answer must repeat: random, so that a forger has to guess it (RFC 5452 §9.2).
    public var id: UInt16
    public var question: DNSQuestion
    /// Offers larger datagrams (RFC 6891). Off for a server that has answered that it does not know them (§7).
    public var offersEDNS: Bool

    public init(id: UInt16, question: DNSQuestion, offersEDNS: Bool = true) {
        self.id = id
        self.question = question
        self.offersEDNS = offersEDNS
    }

    /// The message as a datagram carries it.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(DNSLimits.headerBytes + question.name.wire.count + 15)
        bytes.append(big: id)
        bytes.append(big: DNSFlags.recursionDesired)
        bytes.append(big: 1)
        bytes.append(big: 0)
        bytes.append(big: 0)
        bytes.append(big: offersEDNS ? 1 : 0)
        bytes += question.name.wire
        bytes.append(big: question.type.rawValue)
        bytes.append(big: DNSQuestion.internetClass)
        if offersEDNS {
            // RFC 6891 §6.1.2: the root's name, then in the class what we take, in the TTL version 0 and no flags.
            bytes.append(0)
            bytes.append(big: RecordType.opt.rawValue)
            bytes.append(big: DNSLimits.datagramBytes)
            bytes += [0, 0, 0, 0, 0, 0]
        }
        return bytes
    }

    /// The message as a TCP connection carries it, after its length (RFC 1035 §4.2.2).
    public var framedBytes: [UInt8] {
        let message = bytes
        var framed: [UInt8] = []
        framed.append(big: UInt16(message.count))
        return framed + message
    }
}

/// The second pair of bytes of the header (RFC 1035 §4.1.1).
enum DNSFlags {
    static let response: UInt16 = 0x8000
    static let operation: UInt16 = 0x7800
    static let truncated: UInt16 = 0x0200
    static let recursionDesired: UInt16 = 0x0100
    static let responseCode: UInt16 = 0x000F
}

extension [UInt8] {
    fileprivate mutating func append(big value: UInt16) {
        append(UInt8(value >> 8))
        append(UInt8(value & 0xFF))
    }
}
