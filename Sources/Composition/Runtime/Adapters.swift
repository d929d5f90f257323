import AdapterKit
import Harepost
import Harpoon
import PostStack
import Posthawk

/// Every personality that this program speaks. The one list: a new adapter is registered here and nowhere else.
enum Adapters {
    static let all: [any Personality] = [PostStack(), Harepost(), Posthawk(), Harpoon()]
}
