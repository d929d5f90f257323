package import Base
package import Model

extension Fixture {
    /// Living ones keep their code, and for an hour after.
    package static let codes = RecordIndex(
        "code", .uniqueWhile(states: ["open"], rest: .seconds(3600)), scope: .collection)
    package static let names = RecordIndex("name")

    package static func space(
        account: Int64 = 1, origin: PersonalityID = personality, mode: AccessKey.Mode = .live,
        collection: String = "case"
    ) -> RecordSpace {
        RecordSpace(account: Account.ID(account), origin: origin, mode: mode, collection: collection)
    }

    package static func newRecord(
        _ body: String = "{}", in space: RecordSpace = space(), state: String = "open", name: String? = nil,
        codes candidates: [String] = [], marks: [RecordMark] = [], due: Instant? = nil
    ) -> NewRecord {
        NewRecord(
            in: space, state: state, body: Array(body.utf8), keys: name.map { [RecordKey(names, $0)] } ?? [],
            mint: candidates.isEmpty ? nil : RecordMint(codes, candidates: candidates), marks: marks, due: due)
    }

    package static func edit(
        _ id: Int64, expecting: RecordExpectation = .states(["open"]), state: String = "open", _ body: String = "{}",
        unmarked: [RecordMark] = [], marked: [RecordMark] = [], due: Instant? = nil
    ) -> RecordEdit {
        RecordEdit(
            Record.ID(id), collection: "case", expecting: expecting, state: state, body: Array(body.utf8),
            unmarked: unmarked, marked: marked, due: due)
    }
}
