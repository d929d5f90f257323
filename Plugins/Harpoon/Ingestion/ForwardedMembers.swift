import AdapterKit
import Base
import Model

/// A text as a forwarder handed it over.
struct ForwardedText: Equatable {
    var sender: String
    var message: String
    /// What the forwarder says; whose clock that is differs.
    var receivedAt: Instant?
}

/// What a request says by name: members of a JSON object, a form's fields, and the query's behind them.
struct ForwardedMembers {
    private let document: JSONDocument?
    private let form: Query?
    private let query: Query

    /// nil where there is a body that is neither, as apps make that put JSON together as text.
    init?(_ call: Call) {
        query = call.query
        if call.body.isEmpty {
            (document, form) = (nil, nil)
        } else if call.header("Content-Type")?.contains("json") == true || call.body.first == UInt8(ascii: "{") {
            guard let document = try? JSONDocument(call.body, limits: JSONLimits(bytesMax: call.body.count)),
                document.root.kind == .object
            else { return nil }
            (self.document, form) = (document, nil)
        } else {
            guard let form = Query(form: call.body) else { return nil }
            (document, self.form) = (nil, form)
        }
    }

    /// The first of these that is there. `inside`: the member of a JSON object that they are members of. A number is
    /// given as it is written.
    func text(_ names: [String], inside: String? = nil) -> String? {
        for name in names {
            if let found = text(name, inside) ?? query.text(name) { return found }
        }
        return nil
    }

    private func text(_ name: String, _ inside: String?) -> String? {
        if let form { return form.text(name) }
        let root = inside.map { document?.root[named: $0] } ?? document?.root
        guard let value = root?[named: name], !value.isNull else { return nil }
        return value.string ?? value.number ?? value.bool.map { $0 ? "true" : "false" }
    }

    /// An ISO 8601 time, one of UTC without a zone, or seconds or milliseconds since 1970, as number or text. Nothing,
    /// `0` and `000` are what bridges send that know no time.
    func time(_ names: [String], inside: String? = nil) -> Instant? {
        guard let text = text(names, inside: inside) else { return nil }
        guard text.utf8.allSatisfy(ASCII.isDigit) else {
            return Instant(rfc3339: text.replacing(" ", with: "T"), naiveOffsetSeconds: 0)
        }
        guard let number = Int64(text) else { return nil }
        switch text.utf8.count {
        case 10: return Instant(seconds: number)
        case 13: return Instant(nanoseconds: number * 1_000_000)
        default: return nil
        }
    }
}
