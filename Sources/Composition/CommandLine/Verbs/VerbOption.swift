import Base

/// An option of a verb: its name, what stands behind it, what it does. Parsing, help and refusals come of this.
struct VerbOption: Sendable {
    /// What an option takes.
    enum Kind: Sendable, Equatable {
        /// Nothing: it is there or not.
        case flag
        case text
        /// A whole number from 1.
        case number
        /// A length of time as the configuration writes it, or a whole number of seconds.
        case duration
        /// One of a few words, the first where nothing is said.
        case word([String])
        /// Texts with commas between them.
        case list
        /// A number from 0, or the word that clears it.
        case quota
        /// The name of a file. Whoever reads the command line puts the file's content in its place.
        case file
    }

    let name: String
    let kind: Kind
    /// What stands for the value in help.
    let placeholder: String
    let help: String
    /// The verb cannot do without it.
    private(set) var isNeeded = false

    var needed: VerbOption {
        var option = self
        option.isNeeded = true
        return option
    }

    /// `--kind secret|public`
    var usage: String { placeholder.isEmpty ? "--\(name)" : "--\(name) \(placeholder)" }

    static func flag(_ name: String, _ help: String) -> VerbOption {
        VerbOption(name: name, kind: .flag, placeholder: "", help: help)
    }

    static func text(_ name: String, _ placeholder: String, _ help: String) -> VerbOption {
        VerbOption(name: name, kind: .text, placeholder: placeholder, help: help)
    }

    static func number(_ name: String, _ placeholder: String, _ help: String) -> VerbOption {
        VerbOption(name: name, kind: .number, placeholder: placeholder, help: help)
    }

    static func duration(_ name: String, _ help: String) -> VerbOption {
        VerbOption(name: name, kind: .duration, placeholder: "DURATION", help: help)
    }

    static func word(_ name: String, of words: [String], _ help: String) -> VerbOption {
        VerbOption(name: name, kind: .word(words), placeholder: words.joined(separator: "|"), help: help)
    }

    static func list(_ name: String, _ placeholder: String, _ help: String) -> VerbOption {
        VerbOption(name: name, kind: .list, placeholder: placeholder, help: help)
    }

    static func quota(_ name: String, _ help: String) -> VerbOption {
        VerbOption(name: name, kind: .quota, placeholder: "N|\(Quotas.cleared)", help: help)
    }

    static func file(_ name: String, _ help: String) -> VerbOption {
        VerbOption(name: name, kind: .file, placeholder: "FILE", help: help)
    }

    /// The words in which a quota is given.
    enum Quotas {
        static let cleared = "none"
    }

    /// More than none; nil for what is no duration.
    static func duration(_ text: String) -> Duration? {
        let duration = Int64(text).flatMap { $0 <= secondsMax ? Duration.seconds($0) : nil } ?? DurationText.parse(text)
        return duration.flatMap { $0 > .zero ? $0 : nil }
    }

    /// A hundred years.
    private static let secondsMax: Int64 = 100 * 366 * 24 * 3600

    /// Refuses a value that is not of the kind.
    func check(_ text: String) throws(UsageError) {
        switch kind {
        case .flag, .text, .list, .file: break
        case .number:
            guard let number = Int64(text), number > 0 else {
                throw UsageError("--\(name) \(text): must be a positive number")
            }
        case .duration:
            guard Self.duration(text) != nil else {
                throw UsageError(
                    "--\(name) \(text): must be a duration such as \(DurationText.examples), or a number of seconds")
            }
        case .word(let words):
            guard words.contains(text) else {
                throw UsageError("--\(name) \(text): allowed: \(words.joined(separator: ", "))")
            }
        case .quota:
            guard text == Quotas.cleared || Int(text).map(ConfigurationLimits.quota.contains) == true else {
                throw UsageError(
                    "--\(name) \(text): must be a number from 0 to \(ConfigurationLimits.quota.upperBound), "
                        + "or \(Quotas.cleared)")
            }
        }
    }
}
