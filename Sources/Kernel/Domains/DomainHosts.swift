/// The operator's own names that go into what domains' owners publish.
public struct DomainHosts: Sendable, Equatable {
    /// Included by the owners' SPF records, so it must have one that names the servers that mail leaves by.
    public var spf: String
    /// Where mail for the owners' domains is to come.
    public var mx: String
    /// What the owners' return paths are aliases of.
    public var returnPath: String
    /// What the owners' tracking hosts are aliases of.
    public var tracking: String

    public init(spf: String, mx: String, returnPath: String, tracking: String) {
        self.spf = spf
        self.mx = mx
        self.returnPath = returnPath
        self.tracking = tracking
    }
}
