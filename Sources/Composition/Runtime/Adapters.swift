import AdapterKit
import PostStack

/// Every personality that this program speaks. The one list: a new adapter is registered here and nowhere else.
enum Adapters {
    static let all: [any Personality] = [PostStack()]
}
