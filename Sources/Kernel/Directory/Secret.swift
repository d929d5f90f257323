public import Base
public import Crypto
import Model

/// An API key's secret on its way in or out. It is hashed at once and never stored, logged or compared as text.
public struct Secret: Sendable {
    /// The text that the caller sends. Shown once, when it is made.
    public let text: String

    public init(_ text: String) { self.text = text }

    /// A fresh one with a dialect's prefix; `characters` behind it.
    public static func mint(
        prefix: String, characters: Int = KernelLimits.secretCharacters, random: any RandomSource
    ) -> Secret {
        Secret(prefix + random.text(characters, from: Alphabet.alphanumeric))
    }

    /// What is stored and looked up. A plain SHA-256 will do, and a slow hash would only slow the server: secrets are
    /// drawn from more than 2^200, so nobody can try them all.
    public var digest: Digest256 { SHA256.digest(Array(text.utf8)) }

    /// What is kept in the clear.
    public var prefix: String { String(text.prefix(KernelLimits.keyPrefixCharacters)) }
}
