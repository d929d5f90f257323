import Base

/// Words to look for in a `RefusalText`: they begin where a word begins. `*` stands for anything short, as an address
/// or a name; a space at the end demands that the last word ends there.
struct RefusalPhrase: Sendable {
    private let parts: [[UInt8]]

    init(_ text: String) {
        parts = text.utf8.split(separator: UInt8(ascii: "*")).map(Array.init)
    }

    /// Octets that `*` stands for at most.
    private static let gapMax = 90

    func stands(in text: RefusalText) -> Bool {
        let words = text.words
        var start = 0
        while let place = RefusalText.range(of: parts[0], in: words, from: start) {
            if begins(at: place, in: words), follows(parts.dropFirst(), in: words, from: place + parts[0].count) {
                return true
            }
            start = place + 1
        }
        return false
    }

    private func begins(at place: Int, in words: [UInt8]) -> Bool {
        place == 0 || !(ASCII.isLetter(words[place - 1]) || ASCII.isDigit(words[place - 1]))
    }

    private func follows(_ rest: ArraySlice<[UInt8]>, in words: [UInt8], from start: Int) -> Bool {
        var position = start
        for part in rest {
            guard let place = RefusalText.range(of: part, in: words, from: position), place - position <= Self.gapMax
            else { return false }
            position = place + part.count
        }
        return true
    }
}
