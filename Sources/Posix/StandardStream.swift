import CLinux
import Glibc

/// Standard output and error. Writes are whole lines.
public enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    public var isTerminal: Bool { isatty(rawValue) == 1 }

    /// How wide the terminal is; nil where it is none, or does not say.
    public var columns: Int? {
        var size = winsize()
        guard isTerminal, unsafe polyrelay_window_size(rawValue, &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// False where nobody reads any more, or the disk is full.
    @discardableResult
    public func write(_ bytes: [UInt8]) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(rawValue, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            if count > 0 { written += count } else if errno != EINTR { return false }
        }
        return true
    }
}
