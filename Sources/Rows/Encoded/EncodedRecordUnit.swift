public import Base
public import Crypto
public import Model

/// A unit of record changes with its keys' digests, which are computed on the caller's thread.
public struct EncodedRecordUnit: Sendable {
    public struct Key: Sendable {
        public let index: RecordIndex
        public let digest: Digest256

        public init(_ key: RecordKey, in space: RecordSpace) {
            index = key.index
            digest = SHA256.digest(key.index.name(of: key.value, in: space))
        }
    }

    public struct Insertion: Sendable {
        public let record: NewRecord
        public let keys: [Key]
        /// Of the candidates for a key the first, which is nearly always free.
        private let firstCandidate: Key?

        init(_ record: NewRecord) {
            self.record = record
            keys = record.keys.map { Key($0, in: record.space) }
            firstCandidate = record.mint.flatMap { Self.candidate(0, $0, in: record.space) }
        }

        public var candidateCount: Int { record.mint?.candidates.count ?? 0 }

        /// Those behind the first are made when they are asked for.
        public func candidate(_ place: Int) -> Key? {
            place == 0 ? firstCandidate : record.mint.flatMap { Self.candidate(place, $0, in: record.space) }
        }

        private static func candidate(_ place: Int, _ mint: RecordMint, in space: RecordSpace) -> Key? {
            guard mint.candidates.indices.contains(place) else { return nil }
            return Key(RecordKey(mint.index, mint.candidates[place]), in: space)
        }
    }

    public enum Step: Sendable {
        case insert(Insertion)
        case edit(RecordEdit)
        case remove(Record.ID, RecordExpectation, collection: String)
    }

    public let steps: [Step]
    public let announcements: [RecordAnnouncement]
    public let at: Instant

    public init(_ unit: RecordUnit) {
        steps = unit.steps.map { step in
            switch step {
            case .insert(let new): return .insert(Insertion(new))
            case .edit(let edit): return .edit(edit)
            case .remove(let id, let expectation, let collection):
                return .remove(id, expectation, collection: collection)
            }
        }
        announcements = unit.announcements
        at = unit.at
    }
}
