/// Writes HTML in which no text of anybody's can become markup: markup is of the program's own literals alone.
public struct HTMLWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Markup, as it stands.
    public mutating func markup(_ literal: StaticString) {
        literal.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    /// Any text, between tags or inside the quotation marks of an attribute. Not inside `<script>` and `<style>`, and
    /// not as a whole URL: what a URL may be is its writer's to check.
    public mutating func text(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): markup("&amp;")
            case UInt8(ascii: "<"): markup("&lt;")
            case UInt8(ascii: ">"): markup("&gt;")
            case UInt8(ascii: "\""): markup("&quot;")
            case UInt8(ascii: "'"): markup("&#39;")
            default: bytes.append(byte)
            }
        }
    }
}
