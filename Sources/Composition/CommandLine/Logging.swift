import Base
import Posix

/// The log as the configuration wants it.
enum Logging {
    static func log(_ configuration: Configuration, level: LogLevel? = nil) -> Log {
        let isText =
            switch configuration.logFormat {
            case .automatic: StandardStream.error.isTerminal
            case .text: true
            case .json: false
            }
        return Log(
            level: max(level ?? .debug, configuration.logLevel), topics: configuration.logTopics,
            format: isText ? .text : .json, sink: StandardErrorSink(), time: SystemTime())
    }
}
