package import Base
package import Model
package import Ports

extension MemoryStore {
    struct Records {
        struct Row {
            var record: Record
            var keys: [[UInt8]] = []
            var marks: Set<RecordMark> = []
        }

        struct FacetName: Hashable {
            let kind: Facet.Kind
            let row: Int64
            let origin: PersonalityID
        }

        var rows: [Row] = []
        var facets: [FacetName: [UInt8]] = [:]
        var earliestDue: Instant?
        var observer: (any RecordObserver)?

        func index(_ id: Record.ID) -> Int? {
            let index = Int(id.value) - 1
            return rows.indices.contains(index) && !rows[index].record.state.isEmpty ? index : nil
        }

        func isFree(_ name: [UInt8], _ index: RecordIndex, at now: Instant) -> Bool {
            !rows.contains { row in
                guard row.keys.contains(name) else { return false }
                if row.record.state.isEmpty { return index.rule == .unique }
                return index.holds(state: row.record.state, since: row.record.since, at: now)
            }
        }
    }

    static func recordUnit(_ unit: RecordUnit, _ state: inout State) -> ChangeOutcome {
        var taken: Set<[UInt8]> = []
        var minted: [String?] = []
        for step in unit.steps {
            switch check(step, at: unit.at, state.records, &taken) {
            case .success(let mint): minted.append(mint)
            case .failure(let failure): return .refused(failure)
            }
        }
        let receipts = zip(unit.steps, minted).map { make($0, $1, at: unit.at, &state) }
        for announcement in unit.announcements { announce(announcement, at: unit.at, &state) }
        return .recorded(receipts)
    }

    /// The key that is minted, if one is.
    private static func check(
        _ step: RecordStep, at now: Instant, _ records: Records, _ taken: inout Set<[UInt8]>
    ) -> Result<String?, KernelFailure> {
        switch step {
        case .insert(let new):
            if let failure = refusal(new.keys, new.space, at: now, records, &taken) { return .failure(failure) }
            guard let mint = new.mint else { return .success(nil) }
            for candidate in mint.candidates {
                let name = mint.index.name(of: candidate, in: new.space)
                if records.isFree(name, mint.index, at: now), taken.insert(name).inserted { return .success(candidate) }
            }
            return .failure(.alreadyExists(.record(new.space.collection), field: mint.index.name))
        case .edit(let edit):
            switch row(edit.id, edit.expecting, edit.collection, records) {
            case .failure(let failure): return .failure(failure)
            case .success(let row):
                if let failure = refusal(edit.keys, row.record.space, at: now, records, &taken) {
                    return .failure(failure)
                }
                return .success(nil)
            }
        case .remove(let id, let expecting, let collection):
            return row(id, expecting, collection, records).map { _ in nil }
        }
    }

    private static func refusal(
        _ keys: [RecordKey], _ space: RecordSpace, at now: Instant, _ records: Records, _ taken: inout Set<[UInt8]>
    ) -> KernelFailure? {
        for key in keys {
            let name = key.index.name(of: key.value, in: space)
            guard records.isFree(name, key.index, at: now), taken.insert(name).inserted else {
                return .alreadyExists(.record(space.collection), field: key.index.name)
            }
        }
        return nil
    }

    private static func row(
        _ id: Record.ID, _ expecting: RecordExpectation, _ collection: String, _ records: Records
    ) -> Result<Records.Row, KernelFailure> {
        guard let index = records.index(id) else { return .failure(.notFound(.record(collection))) }
        let record = records.rows[index].record
        let isAsExpected =
            switch expecting {
            case .version(let version): record.version == version
            case .states(let states): states.contains(record.state)
            }
        guard isAsExpected else {
            return .failure(.wrongState(.record(collection), state: .named(record.state), operation: .edit))
        }
        return .success(records.rows[index])
    }

    private static func make(
        _ step: RecordStep, _ minted: String?, at: Instant, _ state: inout State
    ) -> RecordReceipt {
        switch step {
        case .insert(let new):
            let id = Record.ID(Int64(state.records.rows.count) + 1)
            var row = Records.Row(
                record: Record(
                    id: id, space: new.space, state: new.state, createdAt: at, since: at, due: new.due, minted: minted,
                    body: new.body))
            var keys = new.keys
            if let mint = new.mint, let minted { keys.append(RecordKey(mint.index, minted)) }
            row.keys = keys.map { $0.index.name(of: $0.value, in: new.space) }
            row.marks = Set(new.marks)
            state.records.rows.append(row)
            note(new.due, &state)
            return RecordReceipt(id: id, minted: minted)
        case .edit(let edit):
            guard let index = state.records.index(edit.id) else { return RecordReceipt(id: edit.id) }
            var row = state.records.rows[index]
            row.record.version += 1
            if row.record.state != edit.state { row.record.since = at }
            row.record.state = edit.state
            row.record.body = edit.body
            if row.record.due != edit.due { note(edit.due, &state) }
            row.record.due = edit.due
            row.keys += edit.keys.map { $0.index.name(of: $0.value, in: row.record.space) }
            row.marks.subtract(edit.unmarked)
            row.marks.formUnion(edit.marked)
            state.records.rows[index] = row
            return RecordReceipt(id: edit.id)
        case .remove(let id, _, _):
            if let index = state.records.index(id) {
                state.records.rows[index].record.state = ""
                state.records.rows[index].record.body = []
                state.records.rows[index].record.due = nil
                state.records.rows[index].marks = []
            }
            return RecordReceipt(id: id)
        }
    }

    private static func note(_ due: Instant?, _ state: inout State) {
        guard let due else { return }
        state.records.earliestDue = min(state.records.earliestDue ?? due, due)
    }

    static func facetChange(
        _ change: FacetChange, _ state: inout State, _ apply: (Change, inout State) -> ChangeOutcome
    ) -> ChangeOutcome {
        switch change {
        case .put(let facet):
            let name = Records.FacetName(kind: facet.kind, row: facet.row, origin: facet.origin)
            state.records.facets[name] = facet.body.isEmpty ? nil : facet.body
            return .done(serial: facet.row)
        case .beside(let change, let kind, let origin, let body):
            let outcome = apply(change, &state)
            if case .done(let serial) = outcome {
                state.records.facets[Records.FacetName(kind: kind, row: serial, origin: origin)] =
                    body.isEmpty ? nil : body
            }
            return outcome
        }
    }

    // MARK: Reading

    package func observe(records observer: any RecordObserver) { withState { $0.records.observer = observer } }

    package func record(_ id: Record.ID) async throws(KernelFailure) -> Record? {
        withState { state in state.records.index(id).map { state.records.rows[$0].record } }
    }

    package func record(_ key: RecordKey, in space: RecordSpace) async throws(KernelFailure) -> Record? {
        let name = key.index.name(of: key.value, in: space)
        return withState { state in
            state.records.rows.last { $0.keys.contains(name) && !$0.record.state.isEmpty }?.record
        }
    }

    package func records(_ query: RecordQuery) async throws(KernelFailure) -> RecordPage {
        withState { state in
            let found = state.records.rows.reversed().filter { row in
                row.record.space == query.space && !row.record.state.isEmpty
                    && (query.states.isEmpty || query.states.contains(row.record.state))
                    && (query.mark.map { row.marks.contains($0) } ?? true)
                    && (query.from.map { row.record.createdAt >= $0 } ?? true)
                    && (query.to.map { row.record.createdAt <= $0 } ?? true)
            }.map(\.record)
            return RecordPage(
                records: Array(found.dropFirst(query.offset).prefix(query.limit)), total: found.count)
        }
    }

    package func dueRecords(at now: Instant, limit: Int) async throws(KernelFailure) -> [Record] {
        withState { state in
            let due = state.records.rows.map(\.record).filter { record in record.due.map { $0 <= now } ?? false }
            return Array(due.sorted { ($0.due ?? now, $0.id) < ($1.due ?? now, $1.id) }.prefix(limit))
        }
    }

    package func nextDueRecord() async throws(KernelFailure) -> Instant? {
        withState { state in state.records.rows.compactMap(\.record.due).min() }
    }

    package func facets(
        _ kind: Facet.Kind, of rows: [Int64], origin: PersonalityID
    ) async throws(KernelFailure) -> [Int64: [UInt8]] {
        withState { state in
            var found: [Int64: [UInt8]] = [:]
            for row in rows {
                found[row] = state.records.facets[Records.FacetName(kind: kind, row: row, origin: origin)]
            }
            return found
        }
    }
}
