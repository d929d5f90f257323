/// What applies where the file is silent.
enum ConfigurationDefaults {
    static let database = "var/polyrelay.db"
    static let keyFile = "var/polyrelay.key"
    static let adminListen = "127.0.0.1:8025"
    static let drain: Duration = .seconds(10)
    static let dnsPort: UInt16 = 53  // RFC 1035 §4.2
    static let smarthostPort: UInt16 = 25  // RFC 5321 §4.5.4.2
}
