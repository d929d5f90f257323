import MailFormat
public import Model

extension Submission.HeaderField {
    /// What is wrong with a header field that a caller gives; nil if nothing is. Injection ends here: no control
    /// character passes (RFC 5322 §2.2), and no field that is the composer's. A field with a grammar of its own takes
    /// no letters outside ASCII: it cannot be encoded (RFC 2047 §5).
    public static func fault(name: String, value: String) -> FieldFault.Rule? {
        guard HeaderField.isValidName(name) else { return .headerName }
        if HeaderField.isReserved(name) { return .forbidden(because: "it is set by the server") }
        if StructuredField.isStructured(name), !StructuredField.canWrite(value, name: name) { return .headerValue }
        return (try? HeaderField(name: name, value: value)) == nil ? .headerValue : nil
    }
}
