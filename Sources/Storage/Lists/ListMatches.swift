import Database

/// The messages that the index says match, while its user's snapshots last. One user at a time.
struct ListMatches {
    /// A segment's matches.
    struct Stretch: Sendable {
        let first: Int64
        let last: Int64
        /// nil: on disk, and not asked yet.
        let memory: (bitmap: ListBitmap, ids: [Int64])?
        let run: ListRun?
    }

    let terms: ListTerms
    /// Oldest first.
    let stretches: [Stretch]
    private let reader: ListReader?
    /// In order. They are told by their rows, and what the index says of them does not count.
    let loose: [Int64]
    /// In order: those of them, and of what the index does not have, that match.
    let extra: [Int64]

    init(
        _ terms: ListTerms, runs: [ListRun], memory: Stretch?, reader: ListReader?, loose: [Int64], extra: [Int64]
    ) {
        self.terms = terms
        self.reader = reader
        self.loose = loose
        self.extra = extra
        stretches =
            runs.filter { $0.earliest < terms.until && $0.latest >= terms.from }
            .map { Stretch(first: $0.first, last: $0.last, memory: nil, run: $0) } + [memory].compactMap { $0 }
    }

    /// What matches of the latest segment, which is told while nobody changes it.
    static func stretch(_ terms: ListTerms, of segment: ListSegment) -> Stretch? {
        guard let first = segment.ids.first, let last = segment.ids.last else { return nil }
        var bitmap = evaluate(terms) { segment.bitmap($0) }
        bitmap.subtract(segment.gone)
        limit(&bitmap, to: terms, segment.times)
        return Stretch(first: first, last: last, memory: (bitmap, segment.ids), run: nil)
    }

    private static func evaluate<Failure: Error>(
        _ terms: ListTerms, _ bitmap: (ListKey) throws(Failure) -> ListBitmap?
    ) throws(Failure) -> ListBitmap {
        var all: ListBitmap?
        for keys in terms.terms {
            var any = ListBitmap()
            for key in keys { if let found = try bitmap(key) { any.formUnion(found) } }
            if all != nil { all?.formIntersection(any) } else { all = any }
        }
        return all ?? ListBitmap()
    }

    private static func limit(_ bitmap: inout ListBitmap, to terms: ListTerms, _ times: [Int64]) {
        guard terms.from > .min || terms.until < .max else { return }
        for place in bitmap.all where times[place] < terms.from || times[place] >= terms.until { bitmap.remove(place) }
    }

    // MARK: One stretch

    /// How many of it match. Most are counted by what was counted when they were written.
    func count(in stretch: Stretch) throws(DatabaseError) -> Int {
        if let run = stretch.run, let reader, run.gone == nil, isWhole(run), !hasLoose(in: stretch),
            terms.terms.count == 1, terms.terms[0].count == 1
        {
            return try reader.count(terms.terms[0][0], in: run.id)
        }
        return try bitmap(of: stretch).count
    }

    private func isWhole(_ run: ListRun) -> Bool { run.earliest >= terms.from && run.latest < terms.until }

    private func hasLoose(in stretch: Stretch) -> Bool {
        let index = ListPlaces.count(of: loose, below: stretch.first)
        return index < loose.count && loose[index] <= stretch.last
    }

    /// Their numbers, in order.
    func ids(in stretch: Stretch) throws(DatabaseError) -> [Int64] {
        let places = try bitmap(of: stretch).all
        guard !places.isEmpty else { return [] }
        let ids = try numbers(of: stretch)
        return places.map { ids[$0] }
    }

    private func numbers(of stretch: Stretch) throws(DatabaseError) -> [Int64] {
        if let memory = stretch.memory { return memory.ids }
        guard let run = stretch.run, let reader else { return [] }
        return try reader.ids(of: run.id)
    }

    private func bitmap(of stretch: Stretch) throws(DatabaseError) -> ListBitmap {
        var bitmap: ListBitmap
        if let memory = stretch.memory { bitmap = memory.bitmap } else { bitmap = try stored(stretch) }
        guard hasLoose(in: stretch) else { return bitmap }
        let ids = try numbers(of: stretch)
        for id in loose[ListPlaces.count(of: loose, below: stretch.first)...] where id <= stretch.last {
            let place = ListPlaces.count(of: ids, below: id)
            if place < ids.count, ids[place] == id { bitmap.remove(place) }
        }
        return bitmap
    }

    private func stored(_ stretch: Stretch) throws(DatabaseError) -> ListBitmap {
        guard let run = stretch.run, let reader else { return ListBitmap() }
        var bitmap = try Self.evaluate(terms) { key throws(DatabaseError) in try reader.bitmap(key, in: run.id) }
        if let gone = run.gone { bitmap.subtract(gone) }
        if !isWhole(run) { Self.limit(&bitmap, to: terms, try reader.times(of: run.id)) }
        return bitmap
    }

    // MARK: All of it

    func count() throws(DatabaseError) -> Int {
        var sum = extra.count
        for stretch in stretches { sum += try count(in: stretch) }
        return sum
    }

    /// Goes through their numbers, the greatest first, or the least; from a place on, itself left out. Stretches of
    /// which all are to be passed over are not read. `visit` says false at the end.
    func walk(
        isBackward: Bool, place: Int64, passing offset: Int = 0, _ visit: (Int64) throws(DatabaseError) -> Bool
    ) throws(DatabaseError) {
        var left = offset
        var rest = extra.filter { isBackward ? $0 > place : $0 < place }
        if !isBackward { rest.reverse() }
        var next = 0
        for stretch in isBackward ? stretches : stretches.reversed() {
            guard isBackward ? stretch.last > place : stretch.first < place else { continue }
            let isWholly = isBackward ? stretch.first > place : stretch.last < place
            // Those that lie ahead of this stretch's end.
            var end = next
            while end < rest.count, isBackward ? rest[end] <= stretch.last : rest[end] >= stretch.first { end += 1 }
            if left > 0, isWholly {
                let count = try count(in: stretch) + end - next
                if count <= left {
                    (left, next) = (left - count, end)
                    continue
                }
            }
            var ids = try ids(in: stretch)
            if !isWholly { ids = ids.filter { isBackward ? $0 > place : $0 < place } }
            ids = (ids + rest[next..<end]).sorted()
            next = end
            for id in isBackward ? ids : ids.reversed() {
                if left > 0 { left -= 1 } else if try !visit(id) { return }
            }
        }
        for id in rest[next...] { if left > 0 { left -= 1 } else if try !visit(id) { return } }
    }
}
