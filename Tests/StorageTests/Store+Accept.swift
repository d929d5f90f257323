import Model
import Ports

extension Store {
    /// Accepts a message; its number.
    func accept(_ message: NewMessage) async throws(KernelFailure) -> Message.ID {
        try await outcome(of: .accept(message)).acceptance().message
    }
}
