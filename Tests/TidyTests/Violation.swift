/// A place in the repository that breaks a rule, and the mend.
struct Violation: CustomStringConvertible {
    let path: String
    let line: Int
    let rule: String
    let mend: String

    var description: String { "\(path):\(line): \(rule): \(mend)" }
}
