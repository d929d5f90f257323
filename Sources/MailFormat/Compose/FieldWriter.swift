import Base

/// Writes one header field word by word and folds it (RFC 5322 §2.2.3) before the words that pass the preferred width.
///
/// The writer takes words without white space or line ends; what stands in them is the caller's matter.
struct FieldWriter {
    private var bytes: [UInt8] = []
    /// How many octets the current line has.
    private(set) var column = 0
    private var isFirstWord = true

    init(name: String) {
        bytes.append(name)
        bytes.append(ASCII.colon)
        column = bytes.count
    }

    /// Adds a space, then `word`, on a new line where they would not fit. The first word stays beside the name if the
    /// hard limit lets it: some readers take a first line without a value for an empty field.
    mutating func append(_ word: some Collection<UInt8>) {
        let limit = isFirstWord ? MailLimits.lineMax : MailLimits.headerLineMax
        if column + 1 + word.count > limit { fold() }
        isFirstWord = false
        bytes.append(ASCII.space)
        column += 1
        glue(word)
    }

    /// Adds `word` with nothing before it, or after a fold where it would not fit: for lists that may be folded between
    /// their members but need not have spaces there.
    mutating func appendAdjoining(_ word: String) {
        if column + word.utf8.count <= MailLimits.headerLineMax { glue(word) } else { append(word) }
    }

    mutating func append(_ word: String) { append(word.utf8) }

    /// Adds `word` with nothing before it.
    mutating func glue(_ word: some Collection<UInt8>) {
        bytes.append(contentsOf: word)
        column += word.count
    }

    mutating func glue(_ word: String) { glue(word.utf8) }

    /// Ends the line; the next word begins the next one.
    mutating func fold() {
        guard column > 0 else { return }
        endLine()
    }

    /// The field with the CRLF at its end.
    consuming func finish() -> [UInt8] {
        endLine()
        return bytes
    }

    /// The field so far, without a line end.
    var unfinished: [UInt8] { bytes }

    private mutating func endLine() {
        bytes.append(ASCII.carriageReturn)
        bytes.append(ASCII.lineFeed)
        column = 0
    }
}
