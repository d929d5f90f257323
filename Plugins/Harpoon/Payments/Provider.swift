/// A network that payments come in by.
enum Provider: String, CaseIterable {
    case mtn
    case telecel
    case at
    case ghanaPay = "ghanapay"
}
