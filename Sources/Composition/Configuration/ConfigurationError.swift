/// One thing that is wrong with the configuration, in words for the operator. Permanent: only an edit mends it.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The key: `delivery.retries.schedule[2]`, or the name of an environment variable that is no key's; empty where
    /// the file as a whole is meant.
    package var path: String
    /// The environment variable that gave the value; nil: the file.
    package var variable: String?
    package var problem: String
    /// What may stand there; nil where the problem says it all.
    package var allowed: String?

    /// `delivery.mode (from POLYRELAY_DELIVERY_MODE): "fly" is not known; allowed: "capture", "smarthost"`
    package var description: String {
        var text = path
        if let variable { text += " (from \(variable))" }
        if !text.isEmpty { text += ": " }
        text += problem
        if let allowed { text += "; allowed: \(allowed)" }
        return text
    }
}
