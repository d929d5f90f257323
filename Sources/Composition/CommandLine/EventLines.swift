import Base

/// The events of one answer, each on a line of its own.
struct EventLines {
    private let json: String

    init(_ json: String) { self.json = json }

    func lines(asJSON: Bool) -> [(id: Int64, text: String)] {
        let bytes = Array(json.utf8)
        guard let document = try? JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count)),
            let events = document.root.elements
        else { return [] }
        return events.map { event in
            let id = Int64(event["id"]?.int ?? 0)
            return (id, asJSON ? String(decoding: event.raw, as: UTF8.self) : Self.text(event))
        }
    }

    private static func text(_ event: JSONValue) -> String {
        ["at", "message", "recipient", "event", "code", "text"].compactMap { name in
            guard let value = event[named: name]?.nonNull else { return nil }
            return value.string ?? String(decoding: value.raw, as: UTF8.self)
        }.joined(separator: "  ")
    }
}
