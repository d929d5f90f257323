import AdapterKit
import Base

/// Options of personalities in the operator's words.
enum OptionWords {
    static let urlForm = #"a URL such as "https://www.example.com/page""#

    static func namesForm(_ countMax: Int) -> String { "a list of at most \(countMax) names" }

    /// What may be set.
    static func allowed(_ kind: OptionDeclaration.Kind) -> String {
        switch kind {
        case .boolean: "true or false"
        case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .duration(let range): "\(DurationText.of(range.lowerBound)) to \(DurationText.of(range.upperBound))"
        case .word(let words): words.joined(separator: " or ")
        case .url: "\(urlForm), or null"
        case .names(let countMax): namesForm(countMax)
        }
    }

    static func text(_ value: OptionValue) -> String { String(decoding: JSONWriter.value(value), as: UTF8.self) }
}
