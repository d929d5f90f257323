/// What a JSON5 text says: for files that people write. What comes over a wire is JSON, and `JSONDocument` reads it.
public enum JSON5Value: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// Also one that is written with a fraction or an exponent and is an integer all the same, such as `1e3`.
    case integer(Int)
    /// Any other number, `Infinity` and `NaN` among them.
    case number(Double)
    case text(String)
    case array([JSON5Value])
    case object([String: JSON5Value])

    /// Reads the whole of `bytes`, which the caller has bounded in length. `depthMax`: arrays and objects within each
    /// other; reading recurses, so this bounds its stack too.
    ///
    /// What JSON5 leaves open is refused: an object with two members of one name, and half of a surrogate pair.
    public init(parsing bytes: [UInt8], depthMax: Int) throws(JSON5Error) {
        self = try JSON5Scanner.value(of: bytes, depthMax: depthMax)
    }
}
