import Base
import Posix

/// Log lines go to standard error.
struct StandardErrorSink: LogSink {
    func write(_ line: [UInt8]) { StandardStream.error.write(line) }
}
