package import Base
package import Crypto
package import Model

/// A unit of record changes with its keys' digests, which are computed on the caller's thread.
package struct EncodedRecordUnit: Sendable {
    package struct Key: Sendable {
        package let index: RecordIndex
        package let digest: Digest256

        package init(_ key: RecordKey, in space: RecordSpace) {
            index = key.index
            digest = SHA256.digest(key.index.name(of: key.value, in: space))
        }
    }

    package struct Insertion: Sendable {
        package let record: NewRecord
        package let keys: [Key]
        package let candidates: [Key]
    }

    package enum Step: Sendable {
        case insert(Insertion)
        case edit(RecordEdit)
        case remove(Record.ID, RecordExpectation, collection: String)
    }

    package let steps: [Step]
    package let announcements: [RecordAnnouncement]
    package let at: Instant

    package init(_ unit: RecordUnit) {
        steps = unit.steps.map { step in
            switch step {
            case .insert(let new):
                let candidates = new.mint.map { mint in
                    mint.candidates.map { Key(RecordKey(mint.index, $0), in: new.space) }
                }
                return .insert(
                    Insertion(
                        record: new, keys: new.keys.map { Key($0, in: new.space) }, candidates: candidates ?? []))
            case .edit(let edit): return .edit(edit)
            case .remove(let id, let expectation, let collection):
                return .remove(id, expectation, collection: collection)
            }
        }
        announcements = unit.announcements
        at = unit.at
    }
}
