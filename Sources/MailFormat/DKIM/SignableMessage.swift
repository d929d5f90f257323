import Base
import Crypto

/// A message as signers see it: its header fields in canonical form, and the hash of its body. Made once, signed by
/// any number of keys.
struct SignableMessage {
    let bodyHash: Digest256
    /// The canonical fields under their name in lower case, in the order of the message.
    private let fields: [String: [[UInt8]]]

    /// Takes a whole message whose lines end with CRLF.
    init(_ message: [UInt8]) {
        var fields: [String: [[UInt8]]] = [:]
        var position = 0
        while let end = Self.endOfField(in: message, from: position), end > position {
            let field = message[position..<end]
            if let colon = field.firstIndex(of: ASCII.colon) {
                // RFC 5322 §4.5.1: old senders put white space before the colon.
                let name = field[..<colon].filter { !MailCharacter.isWhiteSpace($0) }
                let canonical = DKIMCanonicalization.field(name: name, value: field[(colon + 1)...])
                fields[String(decoding: name.map(ASCII.lowercased), as: UTF8.self), default: []].append(canonical)
            }
            position = end + 2
        }
        self.fields = fields
        // What follows the empty line, if there is one.
        let bodyStart = min(position + 2, message.count)
        bodyHash = DKIMCanonicalization.bodyHash(message.span.extracting(bodyStart..<message.count))
    }

    func count(of name: String) -> Int { fields[name, default: []].count }

    /// RFC 6376 §3.7: the canonical fields of `names`, each with its CRLF. A name that stands several times takes the
    /// instances from the bottom up (§5.4.2), and nothing where they are used up.
    func signedFields(_ names: [String]) -> [UInt8] {
        var rest = fields
        var output: [UInt8] = []
        for name in names {
            guard let field = rest[name]?.popLast() else { continue }
            output.append(contentsOf: field)
            output.append(literal: "\r\n")
        }
        return output
    }

    /// The position of the CRLF that ends the field at `start`, its folded lines included, or of the end of a message
    /// that breaks off; nil where nothing is left.
    private static func endOfField(in message: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + 1 < message.count {
            if message[index] == ASCII.carriageReturn, message[index + 1] == ASCII.lineFeed {
                // RFC 5322 §2.2.3: white space at the start of the next line continues the field.
                let isFolded =
                    index > start && index + 2 < message.count
                    && MailCharacter.isWhiteSpace(message[index + 2])
                if !isFolded { return index }
            }
            index += 1
        }
        return start < message.count ? message.count : nil
    }
}
