import Base
import Database
import Model
import Ports
import Rows

/// Lists by what the index knows, with what came after it.
extension Reader {
    /// What a list is asked of.
    struct ListSource {
        let index: ListIndex
        let path: String
        /// Rows that may be read because the index does not have them yet; beyond that `nil` is answered.
        let looseMax: Int
        let isLate: () -> Bool
    }

    /// What the index knows at one moment.
    private struct Known: Sendable {
        let marks: ListMarks
        let runs: [ListRun]
        let memory: ListMatches.Stretch?
    }

    /// What of a query the index knows; of everybody's where those are few.
    func terms(_ query: QueryFilter) throws(DatabaseError) -> ListTerms? {
        if let account = query.account, let origin = query.origin {
            return ListTerms(query.filter, of: ListKey.Owner(account: account, origin: origin, salt: seal.listsSalt))
        }
        let owners = try owners(atMost: StorageLimits.ownersUnited + 1)
        guard owners.count <= StorageLimits.ownersUnited else { return nil }
        return owners.reduce(nil) { all, owner in
            guard let one = ListTerms(query.filter, of: owner) else { return all }
            return all?.united(with: one) ?? one
        }
    }

    private func owners(atMost limit: Int) throws(DatabaseError) -> [ListKey.Owner] {
        let next = try connection.prepare(
            """
            SELECT account, origin FROM message WHERE (account, origin) > (?, ?) ORDER BY account, origin LIMIT 1
            """, "find an owner")
        var owners: [ListKey.Owner] = []
        let salt = seal.listsSalt
        var last = ListKey.Owner(account: .min, origin: .min, salt: salt)
        while owners.count < limit {
            next.bind(1, last.account)
            next.bind(2, last.origin)
            let found = try next.first { ListKey.Owner(account: $0.integer(0), origin: $0.integer(1), salt: salt) }
            guard let found else { break }
            owners.append(found)
            last = found
        }
        return owners
    }

    /// A page of a list that the index narrows; nil where too much is to be read for it, or it takes too long. Begins
    /// and ends its own snapshots.
    func indexed(_ query: QueryFilter, _ terms: ListTerms, _ source: ListSource) throws(DatabaseError) -> Page<
        MessageRow
    >? {
        try matches(terms, source) { row throws(DatabaseError) in
            guard query.account == nil || query.account == row.account && query.origin == row.origin else {
                return false
            }
            return try self.admits(query, &row)
        } then: { matches throws(DatabaseError) in
            try self.page(query, terms, matches, source.isLate)
        }
    }

    /// The same of recipients' parts.
    func indexed(
        _ query: DeliveryQuery, _ terms: ListTerms, origin: Int64, _ source: ListSource
    ) throws(DatabaseError) -> Page<DeliveryPart>? {
        let walk = PartWalk(reader: self, query: query, origin: origin)
        return try matches(terms, source) { row throws(DatabaseError) in
            row.account == query.tenant.account.value && row.origin == origin
        } then: { matches throws(DatabaseError) in
            var isCut = false
            let page = try query.slice.page { window throws(DatabaseError) in
                try walk.parts(window, of: matches) {
                    isCut = isCut || source.isLate()
                    return isCut
                }
            }
            return isCut ? nil : page
        }
    }

    /// What is known is taken first, then the rows are read: what came between the two is read from the rows.
    private func matches<Value>(
        _ terms: ListTerms, _ source: ListSource, admits: (inout MessageRow) throws(DatabaseError) -> Bool,
        then use: (ListMatches) throws(DatabaseError) -> Value?
    ) throws(DatabaseError) -> Value? {
        let known = try source.index.withState { state throws(DatabaseError) -> Known? in
            guard state.isUsable else { return nil }
            // Its end is the moment that `marks` tell of: they change together.
            if !state.runs.isEmpty { try self.listReader(source.path, state.generation).begin() }
            return Known(
                marks: state.marks, runs: state.runs, memory: ListMatches.stretch(terms, of: state.segment))
        }
        guard let known else { return nil }
        let reader = known.runs.isEmpty ? nil : lists
        defer { reader?.end() }
        return try snapshot { () throws(DatabaseError) in
            guard let loose = try loose(after: known.marks, source) else { return nil }
            var extra: [Int64] = []
            for id in loose.all {
                guard var row = try head(id) else { continue }
                if try admits(&row) { extra.append(id) }
                if source.isLate() { return nil }
            }
            return try use(
                ListMatches(
                    terms, runs: known.runs, memory: known.memory, reader: reader, loose: loose.changed,
                    extra: extra))
        }
    }

    /// Of the file that the index has now: one that was removed is still there for who has it open.
    private func listReader(_ path: String, _ generation: Int) throws(DatabaseError) -> ListReader {
        if let lists, lists.generation == generation { return lists }
        let made = try ListReader(path: ListDatabase.path(of: path), generation: generation)
        lists = made
        return made
    }

    // MARK: What the index does not have

    /// Messages that came, that something happened to, or that are gone since, in order; nil where they are more than
    /// the source says. `changed`: those that the index has.
    private func loose(
        after marks: ListMarks, _ source: ListSource
    ) throws(DatabaseError) -> (changed: [Int64], all: [Int64])? {
        let limit = source.looseMax
        let fresh = try numbers("SELECT id FROM message WHERE id > ? ORDER BY id LIMIT ?", marks.message, limit)
        let touched = try numbers("SELECT message FROM event WHERE id > ? ORDER BY id LIMIT ?", marks.event, 4 * limit)
        let removed = try numbers(
            "SELECT message FROM message_removal WHERE id > ? ORDER BY id LIMIT ?", marks.removal, limit)
        guard fresh.count < limit, touched.count < 4 * limit, removed.count < limit else { return nil }
        let changed = Set((touched + removed).filter { $0 <= marks.message }).sorted()
        return (changed, changed + fresh)
    }

    private func numbers(_ sql: String, _ mark: Int64, _ limit: Int) throws(DatabaseError) -> [Int64] {
        let statement = try connection.prepare(sql, "read what the index has not")
        statement.bind(1, mark)
        statement.bind(2, Int64(limit))
        var found: [Int64] = []
        try statement.forEach { found.append($0.integer(0)) }
        return found
    }

    // MARK: Pages

    private func page(
        _ query: QueryFilter, _ terms: ListTerms, _ matches: ListMatches, _ isLate: () -> Bool
    ) throws(DatabaseError) -> Page<MessageRow>? {
        guard !terms.asksRows else { return try pageByRows(query, matches, isLate) }
        var page = try query.slice.page { window throws(DatabaseError) in
            var found: [MessageRow] = []
            try matches.walk(isBackward: window.isBackward, place: window.place, passing: window.offset) {
                id throws(DatabaseError) in
                if var row = try self.head(id), try self.admits(query, &row) { found.append(row) }
                return found.count < window.limit
            }
            return found
        }
        if query.slice.wantsTotal { page.total = try matches.count() }
        return page
    }

    /// Where rows are asked too, those that the index leaves over are, one after the other.
    private func pageByRows(
        _ query: QueryFilter, _ matches: ListMatches, _ isLate: () -> Bool
    ) throws(DatabaseError) -> Page<MessageRow>? {
        var (total, isCut) = (0, false)
        var page = try query.slice.page { window throws(DatabaseError) in
            var found: [MessageRow] = []
            total = 0
            try matches.walk(isBackward: window.isBackward, place: window.place) { id throws(DatabaseError) in
                isCut = isCut || isLate()
                if var row = try self.head(id), try self.admits(query, &row) {
                    if total >= window.offset, found.count < window.limit { found.append(row) }
                    total += 1
                }
                return !isCut && (query.slice.wantsTotal || found.count < window.limit)
            }
            return found
        }
        if query.slice.wantsTotal { page.total = total }
        return isCut ? nil : page
    }

    /// Without its state.
    func head(_ id: Int64) throws(DatabaseError) -> MessageRow? {
        let statement = try connection.prepare(
            "SELECT \(Self.columns) FROM message m WHERE m.id = ?", "read a message's head")
        statement.bind(1, id)
        return try statement.first { self.row($0, content: false) }
    }
}
