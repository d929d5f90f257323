import Base
import Model

/// What is kept of a line's texts to judge the next one by: the chain of its balances, and a text that may be the part
/// of one. A record of its own, one for each line, changed with what a text brings about.
struct LineMemory: Equatable {
    /// A text that is no whole one, as modems hand over that do not join parts.
    struct Part: Equatable {
        var sender: String
        var text: String
        var claimedAt: Instant?
        var arrivedAt: Instant
    }

    var chain = BalanceChain()
    var part: Part?
}

extension LineMemory {
    static let collection = "line_memory"
    static let state = "ACTIVE"
    static let lineIndex = RecordIndex("line")

    static func key(of line: Record.ID) -> RecordKey { RecordKey(lineIndex, String(line.value)) }

    init(_ record: Record) throws(KernelFailure) {
        let bytes = record.body
        guard let document = try? JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count)),
            let chain = BalanceChain(document.root)
        else { throw .internalError(incident: "line memory \(record.id.value) does not read back") }
        self.chain = chain
        part = document.root["part"].flatMap(Part.init)
    }

    var body: [UInt8] {
        JSONWriter.object { body in
            if let known = chain.known { body.object("known") { known.write(to: &$0) } }
            if let gap = chain.behindGap { body.object("behind_gap") { gap.write(to: &$0) } }
            body.array("waiting") { list in for run in chain.waiting { list.object { run.write(to: &$0) } } }
            body.member("seen", chain.seen)
            if let part { body.object("part") { part.write(to: &$0) } }
        }
    }
}

extension BalanceChain {
    fileprivate init?(_ value: JSONValue) {
        known = value["known"].flatMap(Run.init)
        behindGap = value["behind_gap"].flatMap(Run.init)
        waiting = value["waiting"]?.elements.map { $0.compactMap(Run.init) } ?? []
        seen = value["seen"]?.elements.map { $0.compactMap(\.string) } ?? []
    }
}

extension BalanceChain.Run {
    fileprivate init?(_ value: JSONValue) {
        func amounts(_ name: StaticString) -> [Int64] {
            value[name]?.elements.map { $0.compactMap { $0.int.map(Int64.init) } } ?? []
        }
        guard let firstID = value["first"]?.string, let lastID = value["last"]?.string,
            let since = value.instant("since"), let latest = value.instant("latest")
        else { return nil }
        self.init(
            starts: amounts("starts"), ends: amounts("ends"), firstID: firstID, lastID: lastID, since: since,
            latest: latest, held: value["held"]?.elements.map { $0.compactMap(BalanceChain.Held.init) } ?? [])
    }

    fileprivate func write(to object: inout JSONObjectWriter) {
        object.array("starts") { list in for amount in starts { list.element(amount) } }
        object.array("ends") { list in for amount in ends { list.element(amount) } }
        object.member("first", firstID)
        object.member("last", lastID)
        object.member("since", since.nanoseconds)
        object.member("latest", latest.nanoseconds)
        object.array("held") { list in for one in held { list.object { one.write(to: &$0) } } }
    }
}

extension BalanceChain.Held {
    fileprivate init?(_ value: JSONValue) {
        guard let telcoID = value["telco_id"]?.string, let since = value.instant("since") else { return nil }
        self.init(
            telcoID: telcoID, transaction: value["transaction"]?.int.map { Record.ID(Int64($0)) }, since: since)
    }

    fileprivate func write(to object: inout JSONObjectWriter) {
        object.member("telco_id", telcoID)
        object.memberIfPresent("transaction", transaction?.value)
        object.member("since", since.nanoseconds)
    }
}

extension LineMemory.Part {
    fileprivate init?(_ value: JSONValue) {
        guard let sender = value["sender"]?.string, let text = value["text"]?.string,
            let arrivedAt = value.instant("arrived")
        else { return nil }
        self.init(sender: sender, text: text, claimedAt: value.instant("claimed"), arrivedAt: arrivedAt)
    }

    fileprivate func write(to object: inout JSONObjectWriter) {
        object.member("sender", sender)
        object.member("text", text)
        object.memberIfPresent("claimed", claimedAt?.nanoseconds)
        object.member("arrived", arrivedAt.nanoseconds)
    }
}
