import Glibc

/// Sockets for libraries that do their own reading and writing.
public enum RawSocket {
    /// socket(2), closed on exec; nil where the system has none left. The caller, or who it hands it to, closes it.
    public static func open(family: Int32, type: Int32, protocol number: Int32) -> Int32? {
        let descriptor = socket(family, type | Int32(SOCK_CLOEXEC.rawValue), number)
        return descriptor < 0 ? nil : descriptor
    }
}
