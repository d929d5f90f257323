package import Base
package import Crypto
import Database

/// Seals what callers have entrusted, before it is stored, and opens what was sealed. Any thread.
///
/// What is sealed begins with a byte that nothing begins with that is stored as it is, so both are read wherever either
/// may stand, and whether anything is sealed may change from one start to the next. It is bound to what it is and to
/// its account; not to its row, whose number is not known yet where it is sealed.
package struct StoreSeal: Sendable {
    /// What it is.
    enum Place: String {
        case head, body, url, answer
        case relayHead = "relay head"
        case relayBody = "relay body"
        case announcement
    }

    private let key: SealingKey?
    private let random: AnyRandom?
    /// Whether what is stored from now on is sealed.
    package let isOn: Bool
    /// Goes into the keys of the lists' index.
    let listsSalt: UInt64

    /// Records begin with their version, texts with a letter.
    private static let mark: UInt8 = 0xF5
    /// What sealing adds: the mark, and of the cipher version, nonce and tag.
    static let addedBytes = 1 + 1 + CryptoLimits.sealingNonceBytes + CryptoLimits.sealingTagBytes
    /// Of a sealed URL, which stands in a column of text.
    private static let textMark = "sealed:"

    /// `key`: opens what was sealed earlier, whether or not more is to be.
    package init(key: SealingKey, random: any RandomSource, isOn: Bool) {
        self.key = key
        listsSalt = key.derive("lists' index").prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        self.random = AnyRandom(random)
        self.isOn = isOn
    }

    private init() { (key, random, isOn, listsSalt) = (nil, nil, false, 0) }

    /// Seals nothing, and opens nothing that is sealed.
    package static let none = StoreSeal()

    private static func context(_ place: Place, _ account: Int64) -> [UInt8] {
        Array("stored \(place.rawValue) \(account)".utf8)
    }

    /// As it is to be stored. Fails for want of memory alone.
    func sealed(_ bytes: [UInt8], _ place: Place, of account: Int64) throws(CryptoError) -> [UInt8] {
        guard isOn, let key, let random else { return bytes }
        return [Self.mark] + (try key.seal(bytes, associatedData: Self.context(place, account), random: random))
    }

    /// What was stored, as it was given; nil where it is sealed and cannot be opened: by another key, or damaged.
    func opened(_ bytes: [UInt8], _ place: Place, of account: Int64) -> [UInt8]? {
        guard bytes.first == Self.mark else { return bytes }
        return try? key?.open(Array(bytes.dropFirst()), associatedData: Self.context(place, account))
    }

    /// The same of a text.
    func sealed(_ text: String, _ place: Place, of account: Int64) throws(CryptoError) -> String {
        guard isOn else { return text }
        return Self.textMark + Hex.encode(try sealed(Array(text.utf8), place, of: account))
    }

    /// The forms in which a text may be stored that is looked for, and first the one in which it is to be stored: the
    /// same text of an account is sealed to the same bytes then, its nonce being a digest of it under the key.
    func alike(_ text: String, _ place: Place, of account: Int64) throws(CryptoError) -> [String] {
        guard let key else { return [text] }
        let bytes = Array(text.utf8)
        let context = Self.context(place, account)
        let nonce = HMACSHA256.code(for: context + bytes, key: key.derive("nonces of stored texts")).bytes
        let random = AnyRandom(GivenBytes(bytes: nonce))
        let sealed = [Self.mark] + (try key.seal(bytes, associatedData: context, random: random))
        let forms = [text, Self.textMark + Hex.encode(sealed)]
        return isOn ? forms.reversed() : forms
    }

    /// Empty where it cannot be opened.
    func opened(_ text: String, _ place: Place, of account: Int64) -> String {
        guard text.hasPrefix(Self.textMark) else { return text }
        let bytes = Hex.decode(String(text.dropFirst(Self.textMark.count))) ?? []
        return opened(bytes, place, of: account).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

/// Bytes that were decided by what is sealed with them.
private struct GivenBytes: RandomSource {
    let bytes: [UInt8]

    func bytes(_ count: Int) -> [UInt8] { Array(bytes.prefix(count)) }
}

extension DatabaseError {
    /// What could not be sealed is not written.
    static func sealing<Value>(_ make: () throws(CryptoError) -> Value) throws(DatabaseError) -> Value {
        do {
            return try make()
        } catch {
            throw DatabaseError(code: 7, operation: "seal a value", text: "\(error)")
        }
    }
}
