/// When a deferred delivery is tried again.
package struct RetryPolicy: Sendable, Equatable {
    /// The waits after the first, second, ... attempt; after the last one the delivery is given up.
    package var delays: [Duration]

    package init(delays: [Duration]) { self.delays = delays }

    /// RFC 5321 §4.5.4.1 asks for at least 30 minutes between attempts once a message has waited, and for giving up no
    /// sooner than 4 to 5 days. The first ones come sooner, for greylisting.
    package static let mail = RetryPolicy(
        delays: [
            .seconds(60), .seconds(300), .seconds(900), .seconds(1800), .seconds(3600), .seconds(7200),
            .seconds(14400),
        ] + Array(repeating: .seconds(21600), count: 18))

    /// The wait after attempt number `attempts` (from 1); nil to give up.
    package func delay(after attempts: Int) -> Duration? {
        attempts <= delays.count ? delays[attempts - 1] : nil
    }
}
