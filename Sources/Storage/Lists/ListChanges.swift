import Database

/// What has changed about messages in segments on disk, gathered before it is written: each place list once.
struct ListChanges {
    /// As they are once it is written, without those of which nothing is left.
    private(set) var runs: [ListRun]
    private var places: [Place: ListBitmap] = [:]
    private var dirty: Set<Place> = []
    private var goneIn: Set<Int64> = []
    private var ended: [Int64] = []

    private struct Place: Hashable {
        let run: Int64
        let key: ListKey
    }

    var isEmpty: Bool { dirty.isEmpty && goneIn.isEmpty }

    init(
        changed: [ListEntry], removed: [Int64], runs: [ListRun], database: ListDatabase?
    ) throws(DatabaseError) {
        self.runs = runs
        guard let database, !changed.isEmpty || !removed.isEmpty else { return }
        var numbers: [Int64: [Int64]] = [:]
        for entry in changed {
            guard let (index, place) = try place(of: entry.id, database, &numbers) else { continue }
            for key in ListKey.changing(entry.owner) {
                try set(key, entry.changing.contains(key), at: place, in: runs[index].id, database)
            }
        }
        for id in removed {
            guard let (index, place) = try place(of: id, database, &numbers) else { continue }
            var gone = self.runs[index].gone ?? ListBitmap()
            gone.insert(place)
            self.runs[index].gone = gone
            goneIn.insert(self.runs[index].id)
        }
        ended = self.runs.filter { ($0.gone?.count ?? 0) >= $0.count }.map(\.id)
        self.runs.removeAll { ended.contains($0.id) }
    }

    /// The segment of a message by its index, and the message's place in it.
    private func place(
        of id: Int64, _ database: ListDatabase, _ numbers: inout [Int64: [Int64]]
    ) throws(DatabaseError) -> (index: Int, place: Int)? {
        let index = ListPlaces.count(of: runs.map(\.last), below: id)
        guard index < runs.count, runs[index].first <= id else { return nil }
        let run = runs[index].id
        if numbers[run] == nil { numbers[run] = try database.ids(of: run) }
        let ids = numbers[run] ?? []
        let place = ListPlaces.count(of: ids, below: id)
        return place < ids.count && ids[place] == id ? (index, place) : nil
    }

    private mutating func set(
        _ key: ListKey, _ isTrue: Bool, at place: Int, in run: Int64, _ database: ListDatabase
    ) throws(DatabaseError) {
        let spot = Place(run: run, key: key)
        if places[spot] == nil { places[spot] = try database.places(run, key) }
        var bitmap = places[spot] ?? ListBitmap()
        if bitmap.contains(place) != isTrue {
            if isTrue { bitmap.insert(place) } else { bitmap.remove(place) }
            dirty.insert(spot)
        }
        places[spot] = bitmap
    }

    /// Inside the transaction.
    func write(to database: ListDatabase) throws(DatabaseError) {
        for place in dirty { try database.put(place.run, place.key, places[place] ?? ListBitmap()) }
        for run in runs where goneIn.contains(run.id) {
            if let gone = run.gone { try database.set(gone: gone, of: run.id) }
        }
        for run in ended { try database.remove(run) }
    }
}
