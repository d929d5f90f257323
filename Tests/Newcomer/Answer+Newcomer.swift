import AdapterKit
import Base
import Model

extension Answer {
    static func object(_ status: Int = 200, _ body: (inout JSONObjectWriter) -> Void) -> Answer {
        Answer(status: status, body: JSONWriter.object(body))
    }

    static var done: Answer { object { $0.member("done", true) } }

    /// A page of a list, with the places that the pages before and behind it begin at.
    static func page<Item, Subject>(
        _ page: Page<Item>, _ call: Call, of list: String, by id: (Item) -> Serial<Subject>,
        _ write: (Item, inout JSONObjectWriter) -> Void
    ) -> Answer {
        object { answer in
            answer.array("data") { data in
                for item in page.items { data.object { write(item, &$0) } }
            }
            let last = page.hasMore ? page.items.last : nil
            let first = page.hasPrevious ? page.items.first : nil
            answer.memberIfPresent("after", last.map { call.cursors.text(id($0), in: list) })
            answer.memberIfPresent("before", first.map { call.cursors.text(id($0), in: list) })
        }
    }
}

extension Call {
    /// The part of a list that the query asks for: `limit`, and `after` or `before` as an earlier page gave them.
    func slice<Subject>(of list: String, _ subject: Subject.Type = Subject.self) throws(KernelFailure) -> Slice<Subject>
    {
        let limit = query.int("limit", in: 1...100, else: 2)
        let (after, before) = (query.text("after"), query.text("before"))
        if after != nil, before != nil {
            throw .invalid(FieldFault("after", .exclusive(with: "before"), location: .query))
        }
        guard let text = after ?? before else { return Slice(limit: limit) }
        guard let place = cursors.place(text, in: list, of: subject) else {
            throw .invalid(FieldFault("cursor", .cursor, location: .query, value: UserData(text)))
        }
        return Slice(after != nil ? .after(place) : .before(place), limit: limit)
    }
}
