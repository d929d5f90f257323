/// Why a text is not the JSON that this server takes. Permanent: the same bytes fail again.
///
/// It carries a place and never the text itself, so it may be logged.
public struct JSONError: Error, Hashable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        /// The text is longer than the caller allows.
        case tooLarge
        /// Arrays and objects are nested deeper than the limit.
        case tooDeep
        /// More values and names than the limit.
        case tooManyValues
        /// RFC 8259 §8.1 forbids sending one.
        case byteOrderMark
        case unexpectedEnd
        /// A byte that the grammar does not allow here.
        case unexpectedByte
        /// A complete value is followed by something else than white space.
        case trailingBytes
        /// An unescaped control character inside a string.
        case controlCharacter
        case invalidEscape
        /// `\u` names half of a surrogate pair.
        case loneSurrogate
        case invalidUTF8
        case invalidNumber
        /// An object has two members of one name, compared after decoding.
        case duplicateMember
    }

    public let kind: Kind
    /// Where, in bytes from the start of the text.
    public let offset: Int

    init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}
