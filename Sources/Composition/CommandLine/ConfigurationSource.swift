import Base
import Posix

/// Where the configuration comes from: a file or the built-in profile, and the environment over it.
struct ConfigurationSource: Sendable {
    let path: String?
    let environment: [String: String]

    func read() throws -> Configuration {
        var text: [UInt8]?
        if let path {
            do {
                text = try Files.read(path, limitBytes: RuntimeLimits.configurationBytes)
            } catch {
                throw StartError.configuration("--config \(path): \(error)")
            }
        }
        do {
            return try ConfigurationReader(personalities: Adapters.all).read(fileText: text, environment: environment)
        } catch {
            throw StartError.configuration(path.map { "\($0):\n\(error)" } ?? "\(error)")
        }
    }
}
