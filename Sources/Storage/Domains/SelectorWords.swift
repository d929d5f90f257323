import Model

/// Selectors by personality in one column: `personality=selector`, with spaces between them.
enum SelectorWords {
    static func join(_ selectors: [PersonalityID: String]) -> String {
        Words.join(selectors.map { "\($0.key.name)=\($0.value)" }.sorted())
    }

    static func split(_ text: String) -> [PersonalityID: String] {
        var selectors: [PersonalityID: String] = [:]
        for word in Words.split(text) {
            guard let equals = word.firstIndex(of: "=") else { continue }
            selectors[PersonalityID(String(word[..<equals]))] = String(word[word.index(after: equals)...])
        }
        return selectors
    }
}
