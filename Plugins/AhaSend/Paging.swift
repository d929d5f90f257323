import AdapterKit
import Base
import Model

/// Which page of a list a request asks for.
struct PageRequest<Subject> {
    let slice: Slice<Subject>
    /// What its cursors are good for.
    private let list: String
    private let cursors: Cursors

    init(_ call: Call, list: String) throws(KernelFailure) {
        self.list = list
        cursors = call.cursors
        let reader = try QueryReader(call.query)
        let limit = try Self.limit(reader)
        let after = reader.text("after") ?? reader.text("cursor")
        let before = reader.text("before")
        if after != nil, before != nil { throw reader.fault("after", .exclusive(with: "before")) }
        if let after {
            slice = Slice(.after(try Self.place(after, "after", list, call.cursors, reader)), limit: limit)
        } else if let before {
            slice = Slice(.before(try Self.place(before, "before", list, call.cursors, reader)), limit: limit)
        } else {
            slice = Slice(limit: limit)
        }
    }

    private static func limit(_ reader: QueryReader) throws(KernelFailure) -> Int {
        guard let text = reader.given("limit") else { return AhaSendLimits.pageSize }
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
        _ page: Page<Row>, reservedBytes: Int = JSONWriter.bytesReserved, id: (Row) -> Serial<Subject>,
        _ write: (Row, inout JSONArrayWriter) -> Void
    ) -> Answer {
        // What lies behind a page that has nothing is ahead of the place that was asked about.
        let envelope = ListEnvelope(
            hasMore: page.hasMore && !page.items.isEmpty,
            next: page.hasMore ? page.items.last.map { cursors.text(id($0), in: list) } : nil,
            previous: page.hasPrevious ? page.items.first.map { cursors.text(id($0), in: list) } : nil)
        return .object(reservedBytes: reservedBytes * (page.items.count + 1)) { answer in
            envelope.write(&answer) { data in
                for row in page.items { write(row, &data) }
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
        guard codec.hasForm(text) else {
            throw .invalid(FieldFault(name, .identifier(resource), location: .path, value: UserData(text)))
        }
        throw .notFound(resource)
    }
}
