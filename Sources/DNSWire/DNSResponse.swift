import Base

/// A server's answer, decoded.
public struct DNSResponse: Sendable, Equatable {
    public let id: UInt16
    /// nil where the server sent none back, as some do with a format error.
    public let question: DNSQuestion?
    public let code: ResponseCode
    /// More than a datagram could carry: ask again over TCP. The records are left out then.
    public let isTruncated: Bool
    public let answers: [ResourceRecord]
    public let authorities: [ResourceRecord]

    /// Reads a message. What follows the last record is not looked at. Records of other classes are left out.
    public init(_ bytes: [UInt8]) throws(DNSMessageError) {
        var reader = MessageReader(bytes)
        id = try reader.uint16()
        let flags = try reader.uint16()
        guard flags & DNSFlags.response != 0, flags & DNSFlags.operation == 0 else { throw .notAnAnswer }
        isTruncated = flags & DNSFlags.truncated != 0
        let questions = try reader.uint16()
        let counts = (try reader.uint16(), try reader.uint16(), try reader.uint16())
        // RFC 9619 §4: never more than one.
        guard questions <= 1 else { throw .tooMany }
        question = questions == 1 ? try reader.question() : nil
        let plainCode = flags & DNSFlags.responseCode
        if isTruncated {
            // RFC 2181 §9: what came with a truncated answer is not used.
            (answers, authorities) = ([], [])
            code = ResponseCode(rawValue: plainCode)
            return
        }
        guard Int(counts.0) + Int(counts.1) + Int(counts.2) <= DNSLimits.recordsMax else { throw .tooMany }
        answers = try reader.records(counts.0)
        authorities = try reader.records(counts.1)
        code = ResponseCode(rawValue: try reader.extendedCode(counts.2) << 4 | plainCode)
    }

    /// Whether it answers this query: the same number and the same question (RFC 5452 §9.1). That it came from where
    /// the query went is the socket's business.
    public func answers(_ query: DNSQuery) -> Bool {
        if id != query.id { return false }
        // A server that could not read the question may leave it out.
        guard let question else { return code == .formatError || code == .notImplemented }
        return question == query.question
    }
}

extension MessageReader {
    fileprivate mutating func question() throws(DNSMessageError) -> DNSQuestion {
        let question = DNSQuestion(try name(), RecordType(rawValue: try uint16()))
        guard try uint16() == DNSQuestion.internetClass else { throw .notAnAnswer }
        return question
    }

    fileprivate mutating func records(_ count: UInt16) throws(DNSMessageError) -> [ResourceRecord] {
        var records: [ResourceRecord] = []
        for _ in 0..<count {
            let name = try name()
            let type = RecordType(rawValue: try uint16())
            let isInternet = try uint16() == DNSQuestion.internetClass
            let ttl = try uint32()
            let data = try data(type, isKnown: isInternet)
            guard isInternet else { continue }
            // RFC 2181 §8: a TTL with the highest bit set counts as zero.
            let seconds = ttl > UInt32(Int32.max) ? 0 : ttl
            records.append(ResourceRecord(name: name, type: type, ttlSeconds: seconds, data: data))
        }
        return records
    }

    /// The upper bits of the response code, from the OPT record among the additional ones; zero without.
    fileprivate mutating func extendedCode(_ count: UInt16) throws(DNSMessageError) -> UInt16 {
        var code: UInt16?
        for _ in 0..<count {
            let name = try name()
            let type = RecordType(rawValue: try uint16())
            _ = try uint16()
            let ttl = try uint32()
            _ = try take(Int(try uint16()))
            guard type == .opt else { continue }
            // RFC 6891 §6.1.1: one at most, and its name is the root's.
            guard code == nil, name == .root else { throw .tooMany }
            code = UInt16(ttl >> 24)
        }
        return code ?? 0
    }

    /// The data of a record after its length, all of which its type must account for.
    private mutating func data(_ type: RecordType, isKnown: Bool) throws(DNSMessageError) -> RecordData {
        let length = Int(try uint16())
        guard isKnown else {
            _ = try take(length)
            return .other
        }
        let end = position + length
        let data = try knownData(type, length: length)
        guard position == end else { throw .recordLength }
        return data
    }

    private mutating func knownData(_ type: RecordType, length: Int) throws(DNSMessageError) -> RecordData {
        switch type {
        case .a: .a(try address(4, length))
        case .aaaa: .aaaa(try address(16, length))
        case .cname: .cname(try name())
        case .ns: .ns(try name())
        case .ptr: .ptr(try name())
        case .mx: .mx(preference: try uint16(), exchange: try name())
        case .txt: .txt(try strings(length))
        case .soa: .soa(try startOfAuthority())
        default: try other(length)
        }
    }

    private mutating func other(_ length: Int) throws(DNSMessageError) -> RecordData {
        _ = try take(length)
        return .other
    }

    private mutating func address(_ count: Int, _ length: Int) throws(DNSMessageError) -> IPAddress {
        guard length == count, let address = IPAddress(bytes: try take(count)) else { throw .recordLength }
        return address
    }

    /// RFC 1035 §3.3.14: one string or more.
    private mutating func strings(_ length: Int) throws(DNSMessageError) -> [[UInt8]] {
        let end = position + length
        var strings: [[UInt8]] = []
        while position < end {
            let count = Int(try byte())
            guard position + count <= end else { throw .recordLength }
            strings.append(Array(try take(count)))
        }
        guard !strings.isEmpty else { throw .recordLength }
        return strings
    }

    private mutating func startOfAuthority() throws(DNSMessageError) -> StartOfAuthority {
        let primary = try name()
        let mailbox = try name()
        let serial = try uint32()
        // Refresh, retry and expire are the business of secondary servers.
        _ = try take(12)
        return StartOfAuthority(primary: primary, mailbox: mailbox, serial: serial, minimumSeconds: try uint32())
    }
}
