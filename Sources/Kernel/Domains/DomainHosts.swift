/// The operator's own names that go into what domains' owners publish.
package struct DomainHosts: Sendable, Equatable {
    /// Included by the owners' SPF records, so it must have one that names the servers that mail leaves by.
    package var spf: String
    /// Where mail for the owners' domains is to come.
    package var mx: String
    /// What the owners' return paths are aliases of.
    package var returnPath: String
    /// What the owners' tracking hosts are aliases of.
    package var tracking: String

    package init(spf: String, mx: String, returnPath: String, tracking: String) {
        self.spf = spf
        self.mx = mx
        self.returnPath = returnPath
        self.tracking = tracking
    }
}
