/// Why a text is not JSON5, and where. Permanent: the same text fails again.
///
/// In words for whoever wrote the text, and with words out of it: it is not for a log.
public struct JSON5Error: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        case invalidUTF8
        /// Arrays and objects are nested deeper than so many levels.
        case tooDeep(Int)
        case valueExpected
        /// A word without quotation marks that is none of the grammar's.
        case unknownWord(String)
        case nameExpected
        case colonExpected
        /// After an element of what ends with this bracket.
        case commaExpected(before: Character)
        /// A complete value is followed by something else than white space and comments.
        case trailingText
        case stringNotClosed
        case commentNotClosed
        case invalidEscape
        /// `\u` names half of a surrogate pair.
        case loneSurrogate
        case invalidNumber
        /// An object has two members of this name.
        case duplicateName(String)
    }

    public let kind: Kind
    /// From 1. Lines end at a line feed, a carriage return, or both.
    public let line: Int
    /// From 1, in Unicode scalars: what editors show for all but combined characters.
    public let column: Int

    init(_ kind: Kind, line: Int, column: Int) {
        self.kind = kind
        self.line = line
        self.column = column
    }

    /// `line 3, column 7: a colon is expected after the name`
    public var description: String { "line \(line), column \(column): \(kind.problem)" }
}

extension JSON5Error.Kind {
    /// A sentence without its end.
    fileprivate var problem: String {
        switch self {
        case .invalidUTF8: "not UTF-8 text"
        case .tooDeep(let levels): "more than \(levels) levels"
        case .valueExpected: "a value is expected"
        case .unknownWord(let word): "\(word) is no value; a text stands between quotation marks"
        case .nameExpected: "a name is expected"
        case .colonExpected: "a colon is expected after the name"
        case .commaExpected(let bracket): "a comma or \(bracket) is expected"
        case .trailingText: "nothing may follow the end of the value"
        case .stringNotClosed: "a text without its closing quotation mark"
        case .commentNotClosed: "a comment without its end"
        case .invalidEscape: "no escape that JSON5 knows"
        case .loneSurrogate: "half of a surrogate pair"
        case .invalidNumber: "not a number"
        case .duplicateName(let name): "\"\(name)\" stands here for the second time"
        }
    }
}
