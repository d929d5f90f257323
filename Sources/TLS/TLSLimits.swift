/// Every bound of this target.
enum TLSLimits {
    /// RFC 8446 §5.1: the plaintext of one record.
    static let recordOctetsMax = 16 * 1024
}
