import Base

/// A part of a notification, as it is written.
struct NotificationPart {
    /// Each with its CRLF.
    var fields: [UInt8]
    /// Encoded.
    var body: [UInt8]
    /// Its encoding is `8bit`.
    var isEightBit = false
}

/// The groups of fields in `message/delivery-status` (RFC 3464 §2.1).
struct StatusFields {
    private(set) var bytes: [UInt8] = []
    /// Values may be UTF-8 (RFC 6533 §4).
    private let isGlobal: Bool

    init(isGlobal: Bool) { self.isGlobal = isGlobal }

    mutating func beginGroup() { bytes.append(literal: "\r\n") }

    /// nil: no such field.
    mutating func append(_ name: String, _ value: String?) {
        guard let value else { return }
        var writer = FieldWriter(name: name)
        // RFC 5322 §2.1.1: what a stranger wrote may have no space to fold at.
        for word in clean(value).split(separator: ASCII.space) {
            writer.append(word.prefix(MailLimits.statusWordMax))
        }
        bytes += writer.finish()
    }

    /// No value ends its line, and what may not stand in it is shown as a question mark.
    private func clean(_ value: String) -> [UInt8] {
        var text = ""
        for scalar in value.unicodeScalars {
            if MailCharacter.isLineBreaking(scalar) {
                text += " "
            } else if scalar.isASCII || isGlobal {
                text.unicodeScalars.append(scalar)
            } else {
                text += "?"
            }
        }
        return Array(text.utf8)
    }
}
