import Base

/// `status-code` of RFC 3464 §2.3.4, as RFC 3463 §2 defines it.
public struct ReportedStatus: Hashable, Sendable {
    /// 2, 4 or 5.
    public let `class`: UInt8
    public let subject: UInt16
    public let detail: UInt16

    public var isPermanent: Bool { `class` == 5 }

    /// `5.0.0`: it says no more than its class.
    var isVague: Bool { subject == 0 && detail == 0 }

    /// The first one in a text that stands alone, as in `5.1.1`, `(#5.1.1)` or `550-5.1.1`.
    public init?(in text: String) {
        for word in text.utf8.split(whereSeparator: { !(ASCII.isDigit($0) || $0 == ASCII.period) }) {
            let parts = word.split(separator: ASCII.period, omittingEmptySubsequences: false)
            // A point may end the sentence; four numbers are an address.
            let numbers = parts.last?.isEmpty == true ? parts.dropLast() : parts[...]
            guard numbers.count == 3, numbers.allSatisfy({ (1...3).contains($0.count) }) else { continue }
            let values = numbers.compactMap { UInt16(String(Substring($0))) }
            guard values.count == 3, [2, 4, 5].contains(values[0]) else { continue }
            self.class = UInt8(values[0])
            subject = values[1]
            detail = values[2]
            return
        }
        return nil
    }

    /// The first three-digit reply of a server in a text (RFC 5321 §4.2.1), 400 to 599; nil for none.
    public static func replyCode(in text: String) -> Int? {
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "4") || byte == UInt8(ascii: "5") {
            guard index + 2 < bytes.count, ASCII.isDigit(bytes[index + 1]), ASCII.isDigit(bytes[index + 2]) else {
                continue
            }
            // RFC 5321 §4.2.1 knows second digits up to 5, and some use 7; a telephone number has others.
            guard bytes[index + 1] < UInt8(ascii: "8") else { continue }
            let before = index == 0 ? ASCII.space : bytes[index - 1]
            let after = index + 3 < bytes.count ? bytes[index + 3] : ASCII.space
            guard Self.parts(before), before != ASCII.period, before != ASCII.hyphen, Self.parts(after) else {
                continue
            }
            return Int(String(decoding: bytes[index..<(index + 3)], as: UTF8.self))
        }
        return nil
    }

    private static func parts(_ byte: UInt8) -> Bool {
        !ASCII.isDigit(byte) && !ASCII.isLetter(byte) && byte != ASCII.at && byte < 0x80
    }
}

extension ReportedStatus: CustomStringConvertible {
    public var description: String { "\(`class`).\(subject).\(detail)" }
}
