import Base

/// What is done to a value before it is put in.
package enum ValueEscape: Sendable, Equatable {
    case none
    /// The characters that HTML gives a meaning to, in content and in attributes, are written as references.
    case html

    func append(_ value: String, to output: inout [UInt8]) {
        guard self == .html else { return output.append(value) }
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "&"): output.append(literal: "&amp;")
            case ASCII.lessThan: output.append(literal: "&lt;")
            case ASCII.greaterThan: output.append(literal: "&gt;")
            case ASCII.quote: output.append(literal: "&quot;")
            case UInt8(ascii: "'"): output.append(literal: "&#39;")
            default: output.append(byte)
            }
        }
    }
}
