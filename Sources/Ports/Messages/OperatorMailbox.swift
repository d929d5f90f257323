public import Base
public import Model

/// Where mail is kept that people wrote to whoever runs this server.
///
/// **Contract.** A message is on disk when `keep` returns. `overloaded` and `storageUnavailable` are temporary: there
/// is no room until the operator has made some. Any thread; it comes back on the caller's executor.
public protocol OperatorMailbox: Sendable {
    func keep(_ message: [UInt8]) async throws(KernelFailure)

    /// Removes what came before, whether it was read or not.
    func remove(before: Instant) async throws(KernelFailure)
}
