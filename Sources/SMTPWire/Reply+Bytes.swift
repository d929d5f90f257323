import Base

extension Reply {
    /// Appends the lines as they go on the wire (RFC 5321 §4.2.1), each with the enhanced status (RFC 2034 §4). What
    /// is no printable ASCII becomes `?`, and what exceeds a reply line is cut off: a text can neither end a reply nor
    /// begin another.
    public func append(to output: inout [UInt8]) {
        for (index, line) in lines.enumerated() {
            let start = output.count
            output.appendDecimal(code.rawValue)
            output.append(index == lines.count - 1 ? ASCII.space : ASCII.hyphen)
            if let status {
                output.append("\(status)")
                if !line.isEmpty { output.append(ASCII.space) }
            }
            let room = SMTPLimits.replyLineOctetsMax - 2 - (output.count - start)
            for byte in line.utf8.prefix(room) {
                output.append(ASCII.isVisible(byte) || byte == ASCII.space ? byte : ASCII.question)
            }
            output.append(literal: "\r\n")
        }
    }
}
