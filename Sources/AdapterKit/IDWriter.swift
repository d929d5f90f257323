import Base
import Crypto
import Model

/// Numbers as ids of one form, and back: what all codecs are made of.
enum IDWriter: Sendable {
    case letters(SerialCipher, prefix: String)
    case short(ShortSerialCipher, prefix: String)
    case uuid(SerialCipher)
    case timedUUID(SerialCipher)
    case hex(SerialCipher, prefix: String, digits: Int)
    case integer

    /// `label` names the kind of row. A time in clear is for deliveries alone, whose codec brings one.
    init(_ form: IDForm, key: [UInt8], label: String) {
        switch form {
        case .letters(let prefix): self = .letters(SerialCipher(key: key, label: label), prefix: prefix)
        case .manyLetters(let prefix):
            self = .letters(SerialCipher(key: key, label: label, form: .manyLetters), prefix: prefix)
        case .short(let prefix): self = .short(ShortSerialCipher(key: key, label: label), prefix: prefix)
        case .uuid: self = .uuid(SerialCipher(key: key, label: label, form: .uuid))
        case .timedUUID: self = .timedUUID(SerialCipher(key: key, label: label, form: .timedUUID))
        case .hex(let prefix, let digits):
            let cipher = SerialCipher(key: key, label: label, form: .hex(digits: digits))
            self = .hex(cipher, prefix: prefix, digits: digits)
        case .integer: self = .integer
        }
    }

    /// `milliseconds` since 1970, for the one form that shows them.
    func text(_ number: UInt64, milliseconds: Int64 = 0) -> String {
        switch self {
        case .letters(let cipher, let prefix): prefix + cipher.text(number)
        case .short(let cipher, let prefix): prefix + cipher.text(number)
        case .uuid(let cipher): UUIDText(version: 4, payload: cipher.encrypt(number)).text
        case .timedUUID(let cipher):
            UUIDText(version: 7, payload: Self.time(milliseconds) << UInt128(Self.timedBits) | cipher.encrypt(number))
                .text
        case .hex(let cipher, let prefix, let digits): prefix + Self.hex(cipher.encrypt(number), digits: digits)
        case .integer: String(number)
        }
    }

    /// nil for a text of another form, and for one whose check bits are wrong.
    func number(in text: String) -> UInt64? {
        switch self {
        case .letters(let cipher, let prefix): Self.rest(of: text, after: prefix).flatMap(cipher.serial)
        case .short(let cipher, let prefix): Self.rest(of: text, after: prefix).flatMap(cipher.serial)
        case .uuid(let cipher): UUIDText(text, version: 4).flatMap { cipher.decrypt($0.payload) }
        case .timedUUID(let cipher):
            UUIDText(text, version: 7).flatMap { cipher.decrypt($0.payload & Self.timedMask) }
        case .hex(let cipher, let prefix, let digits):
            Self.rest(of: text, after: prefix).flatMap { Self.block($0, digits: digits) }.flatMap(cipher.decrypt)
        case .integer: Self.integer(text)
        }
    }

    /// Whether a text could be an id. Where ids are UUIDs every UUID could, of whatever version; of other forms only
    /// those that name a number, as the rest cannot be told from them.
    func hasForm(_ text: String) -> Bool {
        switch self {
        case .uuid, .timedUUID: UUIDText.isUUID(text)
        case .letters, .short, .hex, .integer: number(in: text) != nil
        }
    }

    /// The time that stands in an id; nil in forms without one.
    func milliseconds(in text: String) -> Int64? {
        guard case .timedUUID = self, let uuid = UUIDText(text, version: 7) else { return nil }
        return Int64(truncatingIfNeeded: uuid.payload >> UInt128(Self.timedBits))
    }

    /// Of a UUID's 122 bits the lower ones, below the time of version 7.
    private static let timedBits = 74
    private static let timedMask: UInt128 = 1 << 74 - 1

    /// The 48 bits of version 7's time.
    private static func time(_ milliseconds: Int64) -> UInt128 { UInt128(UInt64(max(milliseconds, 0))) & (1 << 48 - 1) }

    private static func rest(of text: String, after prefix: String) -> String? {
        text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
    }

    private static func hex(_ block: UInt128, digits: Int) -> String {
        Hex.encode((0..<digits / 2).reversed().map { UInt8(truncatingIfNeeded: block >> UInt128($0 * 8)) })
    }

    /// Lower case alone, or one row had many ids.
    private static func block(_ text: String, digits: Int) -> UInt128? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ ASCII.isDigit($0) || ASCII.isLower($0) }) else {
            return nil
        }
        return Hex.decode(text)?.reduce(0) { $0 << 8 | UInt128($1) }
    }

    /// In digits alone, as `text` writes it.
    private static func integer(_ text: String) -> UInt64? {
        guard text.utf8.allSatisfy(ASCII.isDigit), text == "0" || text.utf8.first != ASCII.zero else { return nil }
        return UInt64(text)
    }
}
