import Base

extension JSONDocument {
    /// Parses a text of any size under the usual limits.
    convenience init(_ text: String, depthMax: Int = JSONLimits.depthMaxDefault) throws(JSONError) {
        try self.init(Array(text.utf8), limits: JSONLimits(bytesMax: text.utf8.count, depthMax: depthMax))
    }

    static func failure(_ text: String) -> JSONError? { failure(Array(text.utf8)) }

    /// What the scanner has against the text, nil where it takes it.
    static func failure(_ bytes: [UInt8]) -> JSONError? {
        do throws(JSONError) {
            _ = try JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count))
            return nil
        } catch {
            return error
        }
    }
}

extension ArraySlice<UInt8> {
    var text: String { String(decoding: self, as: UTF8.self) }
}

extension [UInt8] {
    var text: String { String(decoding: self, as: UTF8.self) }
}
