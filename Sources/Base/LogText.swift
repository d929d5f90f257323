/// How text looks in the terminal's form of the log.
enum LogText {
    /// The text itself where it is one plain word, else quoted. What could move the cursor, end the line or turn the
    /// reading direction is written as its number, so that no value can pass itself off as another line.
    static func shown(_ text: String) -> String {
        guard text.isEmpty || !text.unicodeScalars.allSatisfy(isPlain) else { return text }
        var shown = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": shown += "\\\(scalar)"
            case "\n": shown += "\\n"
            case _ where isHidden(scalar): shown += "\\u{\(String(scalar.value, radix: 16))}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown + "\""
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar != " " && scalar != "\"" && scalar != "\\" && scalar != "=" && !isHidden(scalar)
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
        default: false
        }
    }
}
