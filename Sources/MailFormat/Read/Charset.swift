import Base

/// The character sets that received text is read in. Others are read as if they were UTF-8, which shows at least their
/// ASCII.
enum Charset: Sendable {
    case utf8
    /// ISO 8859-1, read as Windows-1252, which is what most senders of it mean.
    case western

    /// By its registered name or an alias in use; nil for one that is not known.
    init?(_ name: String) {
        switch name.asciiLowercased {
        case "utf-8", "utf8", "us-ascii", "ascii": self = .utf8
        case "iso-8859-1", "latin1", "iso8859-1", "windows-1252", "cp1252": self = .western
        default: return nil
        }
    }

    func text(_ bytes: [UInt8]) -> String {
        switch self {
        case .utf8: return String(decoding: bytes, as: UTF8.self)
        case .western:
            var scalars = String.UnicodeScalarView()
            for byte in bytes { scalars.append(Self.scalar(byte)) }
            return String(scalars)
        }
    }

    private static func scalar(_ byte: UInt8) -> Unicode.Scalar {
        guard (0x80...0x9F).contains(byte) else { return Unicode.Scalar(byte) }
        return windows[Int(byte - 0x80)]
    }

    /// What Windows-1252 has in place of the controls of ISO 8859-1.
    private static let windows: [Unicode.Scalar] = [
        "€", "\u{FFFD}", "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", "\u{FFFD}", "Ž", "\u{FFFD}",
        "\u{FFFD}", "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", "\u{FFFD}", "ž", "Ÿ",
    ]
}
