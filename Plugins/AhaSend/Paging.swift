import AdapterKit
import Base
import Model

/// Which page of a list a request asks for.
struct PageRequest<Subject> {
    let place: ListPlace<Subject>
    let limit: Int
    /// What its cursors are good for.
    private let list: String
    private let cursors: Cursors

    init(_ call: Call, list: String) throws(KernelFailure) {
        self.list = list
        cursors = call.cursors
        let reader = QueryReader(query: call.query)
        limit = try Self.limit(reader)
        let after = reader.text("after") ?? reader.text("cursor")
        let before = reader.text("before")
        if after != nil, before != nil { throw reader.fault("after", .exclusive(with: "before")) }
        if let after {
            place = .after(try Self.place(after, "after", list, call.cursors, reader))
        } else if let before {
            place = .before(try Self.place(before, "before", list, call.cursors, reader))
        } else {
            place = .latest
        }
    }

    private static func limit(_ reader: QueryReader) throws(KernelFailure) -> Int {
        guard let text = reader.text("limit") else { return AhaSendLimits.pageSize }
        let range = AhaSendLimits.pageSizes
        guard let limit = Int(text), range.contains(limit) else {
            throw reader.fault("limit", .range(minimum: range.lowerBound, maximum: range.upperBound), text)
        }
        return limit
    }

    private static func place(
        _ text: String, _ name: String, _ list: String, _ cursors: Cursors, _ reader: QueryReader
    ) throws(KernelFailure) -> Serial<Subject> {
        guard let place = cursors.place(text, in: list, of: Subject.self) else {
            throw reader.fault(name, .cursor, text)
        }
        return place
    }

    /// The answer with a page. `id`: what its cursors stand for.
    func answer<Row>(
        _ run: ListRun<Row>, reservedBytes: Int = JSONWriter.bytesReserved, id: (Row) -> Serial<Subject>,
        _ write: (Row, inout JSONArrayWriter) -> Void
    ) -> Answer {
        let envelope = ListEnvelope(
            hasMore: run.hasOlder, next: run.hasOlder ? run.rows.last.map { cursors.text(id($0), in: list) } : nil,
            previous: run.hasNewer ? run.rows.first.map { cursors.text(id($0), in: list) } : nil)
        return .object(reservedBytes: reservedBytes * (run.rows.count + 1)) { answer in
            envelope.write(&answer) { data in
                for row in run.rows { write(row, &data) }
            }
        }
    }
}

extension Call {
    /// The row that the path's parameter at `index` names. A text that is no UUID is at fault; one that names nothing
    /// is not found.
    func id<Subject>(
        _ index: Int, _ name: String, _ resource: Resource, in codec: IDCodec<Subject>
    ) throws(KernelFailure) -> Serial<Subject> {
        let text = parameter(index)
        if let id = codec.id(in: text) { return id }
        guard UUIDForm.isUUID(text) else {
            throw .invalid(FieldFault(name, .identifier(resource), location: .path, value: UserData(text)))
        }
        throw .notFound(resource)
    }
}

/// The text form of a UUID, of whatever version.
enum UUIDForm {
    static func isUUID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && parts.allSatisfy { $0.utf8.allSatisfy { ASCII.isDigit($0) || isHexLetter($0) } }
    }

    private static func isHexLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(ASCII.lowercased(byte))
    }
}
