import Base
import MailFormat

/// Knows a message that goes round in circles by the traces of the servers that it passed (RFC 5321 §6.3).
public enum MailLoop {
    /// More than `KernelLimits.receivedFieldsMax` servers, or this one `KernelLimits.ownTracesMax` times already. Once
    /// or twice is a way that somebody has laid through here on purpose, as a filter does.
    public static func isLoop(_ content: [UInt8], ownName: String) -> Bool {
        guard let header = try? HeaderBlock(parsing: content) else { return false }
        let traces = header.fields(named: "received")
        if traces.count > KernelLimits.receivedFieldsMax { return true }
        guard traces.count >= KernelLimits.ownTracesMax else { return false }
        let name = ownName.asciiLowercased
        return traces.count { by(header.bytes($0)) == name } >= KernelLimits.ownTracesMax
    }

    /// The name behind the word `by` (RFC 5321 §4.4).
    private static func by(_ value: [UInt8]) -> String? {
        let words = value.split(whereSeparator: { $0 == ASCII.space || $0 == ASCII.tab })
        guard let place = words.firstIndex(where: { $0.elementsEqual("by".utf8) }), place + 1 < words.count else {
            return nil
        }
        return String(decoding: words[place + 1], as: UTF8.self).asciiLowercased
    }
}
