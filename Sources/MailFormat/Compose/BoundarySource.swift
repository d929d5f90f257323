import Base
import Crypto

/// Gives the boundaries of one message: the same for the same seed, and different among themselves.
///
/// None can occur in a part, by construction: a boundary begins with `=_`, which Base64 and quoted-printable never
/// contain (RFC 2045 §6.7 recommends it for that), and a text that does is not sent as 7bit.
struct BoundarySource {
    static let mark = (ASCII.equals, ASCII.underscore)

    private static let digestCharacters = 32
    private let digest: Substring
    private var count = 0

    init(seed: String) { digest = SHA256.digest(seed).hex.prefix(Self.digestCharacters) }

    mutating func next() -> String {
        defer { count += 1 }
        return "=_\(count)_\(digest)"
    }
}
