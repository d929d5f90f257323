/// One line of Swift, its parts told apart so that a rule about code is not broken by a comment.
struct SourceLine: Equatable {
    /// As it stands in the file.
    var text = ""
    /// Without comments; a string literal is only its quotation marks.
    var code = ""
    /// What the string literals say, interpolations left out.
    var strings = ""
    var comment = ""

    /// Whether `call` stands in the code as a whole word, not as the end of a longer name.
    func calls(_ call: String) -> Bool {
        code.ranges(of: call).contains { range in
            guard call.first?.isLetter == true, range.lowerBound > code.startIndex else { return true }
            let before = code[code.index(before: range.lowerBound)]
            return !(before.isLetter || before.isNumber || before == "_" || before == ".")
        }
    }
}
