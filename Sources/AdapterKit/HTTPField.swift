import Base
import HTTPWire

/// Header fields of requests that are made for callers.
public enum HTTPField {
    /// A token (RFC 9110 §5.1).
    public static func isName(_ text: String) -> Bool { FieldName(text) != nil }

    /// What may stand on one line (RFC 9110 §5.5): visible characters, spaces and tabs, and bytes beyond ASCII.
    public static func isValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == ASCII.tab }
    }
}
