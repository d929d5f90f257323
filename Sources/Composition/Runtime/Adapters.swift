import AdapterKit
import AhaSend
import Harepost
import Harpoon
import PostStack
import Posthawk

/// Every personality that this program speaks. The one list: a new adapter is registered here and nowhere else.
enum Adapters {
    static let all: [any Personality] = [PostStack(), Harepost(), Posthawk(), AhaSend(), Harpoon()]

    /// Those whose relays have users of their own.
    static var relaying: [any Personality] { all.filter { $0.smtp?.credentials == .user } }
}
