import Ports
import Synchronization

/// What a server offered when it was asked last. Its connections note it on their loop; whoever accepts mail reads it
/// from any thread.
final class HopOffer: Sendable {
    private let international = Atomic<UInt8>(unknown)

    private static let unknown: UInt8 = 0
    private static let offered: UInt8 = 1
    private static let missing: UInt8 = 2

    /// nil: nobody has asked yet.
    var takesInternational: Bool? {
        switch international.load(ordering: .relaxed) {
        case Self.offered: true
        case Self.missing: false
        default: nil
        }
    }

    func note(_ kind: HopKind) {
        international.store(kind.takesUTF8 ? Self.offered : Self.missing, ordering: .relaxed)
    }
}
