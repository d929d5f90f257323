import COpenSSL

/// SHA-256 (FIPS 180-4 §6.2). `digest` for what is in memory whole, a value of this type for what comes in pieces.
///
/// Neither can fail but by lack of memory, which stops the program as it would anywhere else in Swift.
@safe
public struct SHA256: ~Copyable {
    private let context: OpaquePointer

    public init() {
        guard let context = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex2(context, FetchedAlgorithm.sha256.pointer, nil) == 1
        else { preconditionFailure("no memory for a digest") }
        unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    public mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { bytes in
            let done = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
            precondition(done == 1, "an initialised digest takes any bytes")
        }
    }

    public mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

    /// The digest of all that was fed.
    public consuming func finish() -> Digest256 {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &words) { memory in
            let done = unsafe EVP_DigestFinal_ex(context, memory.baseAddress, nil)
            precondition(done == 1, "an initialised digest has a value")
        }
        return Digest256(memory: words)
    }

    /// The digest of `bytes`. On the path of every request: about 160 ns for 40 bytes.
    public static func digest(_ bytes: Span<UInt8>) -> Digest256 {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &words) { memory in
            unsafe bytes.withUnsafeBytes { bytes in
                let done = unsafe EVP_Digest(
                    bytes.baseAddress, bytes.count, memory.baseAddress, nil, FetchedAlgorithm.sha256.pointer, nil)
                precondition(done == 1, "no memory for a digest")
            }
        }
        return Digest256(memory: words)
    }

    public static func digest(_ bytes: [UInt8]) -> Digest256 { digest(bytes.span) }

    /// The digest of the UTF-8 bytes of `text`.
    public static func digest(_ text: String) -> Digest256 { digest(text.utf8.span) }
}
