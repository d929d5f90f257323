/// Collects what is wrong while one configuration is read.
final class ConfigurationFindings {
    private(set) var errors: [ConfigurationError] = []
    /// By key: the environment variable that its value came from.
    var variables: [String: String] = [:]

    func add(_ path: String, _ problem: String, allowed: String? = nil) {
        errors.append(
            ConfigurationError(path: path, variable: variables[path], problem: problem, allowed: allowed))
    }
}
