extension JSONScanner {
    /// RFC 8259 §4 leaves the meaning of a repeated name open, so that two readers of one body can act on different
    /// values. Here it is an error. `object` is the index of the object's token.
    func refuseDuplicates(in object: Int) throws(JSONError) {
        guard let duplicate = duplicate(in: object) else { return }
        throw JSONError(.duplicateMember, at: Int(tokens[duplicate].start))
    }

    /// The token of a name that stands in the object before.
    private func duplicate(in object: Int) -> Int? {
        var later = object + 1
        var compared = 0
        while later < tokens[object].next {
            if compared == Self.namesComparedPairwise { return sortedDuplicate(in: object) }
            var earlier = object + 1
            while earlier < later {
                if sameName(tokens[earlier], tokens[later]) { return later }
                earlier = nextName(after: earlier)
            }
            later = nextName(after: later)
            compared += 1
        }
        return nil
    }

    /// Sorted, equal names are neighbours. Sorting has no bad case that a sender could aim at, unlike a hash table.
    private func sortedDuplicate(in object: Int) -> Int? {
        var names: [(bytes: [UInt8], token: Int)] = []
        var index = object + 1
        while index < tokens[object].next {
            names.append((JSONEscape.decoded(tokens[index], in: bytes), index))
            index = nextName(after: index)
        }
        names.sort { $0.bytes == $1.bytes ? $0.token < $1.token : $0.bytes.lexicographicallyPrecedes($1.bytes) }
        return zip(names, names.dropFirst()).filter { $0.bytes == $1.bytes }.map { $1.token }.min()
    }

    private func nextName(after name: Int) -> Int { Int(tokens[name + 1].next) }

    private func sameName(_ left: JSONToken, _ right: JSONToken) -> Bool {
        guard left.isEscaped || right.isEscaped else {
            return left.content.count == right.content.count && bytes[left.content].elementsEqual(bytes[right.content])
        }
        return JSONEscape.decoded(left, in: bytes) == JSONEscape.decoded(right, in: bytes)
    }

    /// Up to here comparing all pairs is cheaper than sorting.
    private static let namesComparedPairwise = 16
}
