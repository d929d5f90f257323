import MailFormat
package import Model

extension Submission.HeaderField {
    /// What is wrong with a header field that a caller gives; nil if nothing is. Injection ends here: no control
    /// character passes (RFC 5322 §2.2), and no field that is the composer's.
    package static func fault(name: String, value: String) -> FieldFault.Rule? {
        guard HeaderField.isValidName(name) else { return .headerName }
        if HeaderField.isReserved(name) { return .forbidden(because: "it is set by the server") }
        return (try? HeaderField(name: name, value: value)) == nil ? .headerValue : nil
    }
}
