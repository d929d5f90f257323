/// Finds what somebody probably meant who wrote a name that does not exist.
public enum NearestName {
    /// The known name with the fewest typing errors between it and `name`, the first of equals; nil where none is
    /// near: at most one error in three characters, and never more than three.
    public static func to(_ name: String, among known: [String]) -> String? {
        let wanted = Array(name.asciiLowercased.unicodeScalars)
        var best: (name: String, distance: Int)?
        for candidate in known {
            let distance = distance(wanted, Array(candidate.asciiLowercased.unicodeScalars))
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        guard let best, best.distance <= errorsAllowed(in: wanted.count) else { return nil }
        return best.name
    }

    private static func errorsAllowed(in length: Int) -> Int { min(max(length / 3, 1), 3) }

    /// Optimal string alignment: letters inserted, left out, replaced, or two neighbours swapped, each counting one.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                var cost = min(previous[column + 1], current[column]) + 1
                cost = min(cost, previous[column] + (left[row] == right[column] ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
