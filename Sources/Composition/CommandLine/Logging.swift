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
        let time = SystemTime()
        let format = isText ? LogFormat.text : .json
        return Log(
            level: max(level ?? .debug, configuration.logLevel), topics: configuration.logTopics, format: format,
            sink: StandardErrorSink(format, time: time), time: time, repeats: LogRepeats())
    }
}
