import AdapterKit
import Base
import Model

/// `line`: the numbers that payments come in by.
enum LineVerbs {
    private typealias Option = DialectVerb.Option

    static let all: [DialectVerb] = [
        DialectVerb(
            "line add", on: "NUMBER",
            options: [
                Option("account", .number, "ID", "whose number it is", isNeeded: true),
                Option(
                    "network", .word(Provider.allCases.map(\.rawValue)), "", "the number's network"),
                Option("forwarder", .text, "NAME", "who hands its texts over: sms-gateway, ..; without it, payment"),
                Option("secret-file", .file, "FILE", "the forwarder's secret or signing key", isNeeded: true),
                Option("sender", .list, "NAME,..", "the sender names that count; without it, the network's own"),
                Option("balance-check", .word(["on", "off"]), "", "hold money whose balance does not go on"),
            ],
            does: "take payments to a number",
            example: "line add 0241112223 --account 1 --network mtn --forwarder sms-gateway --secret-file key.txt",
            run: add),
        DialectVerb(
            "line list", options: [Option("account", .number, "ID", "whose lines", isNeeded: true)],
            does: "an account's lines", example: "line list --account 1", run: list),
        DialectVerb(
            "line show", on: "LINE", does: "a line, and where its texts go",
            example: "line show lin_00112233445566778899aabbccddeeff", run: show),
        DialectVerb(
            "line remove", on: "LINE", does: "take nothing more from a line",
            example: "line remove lin_00112233445566778899aabbccddeeff", run: remove),
    ]

    private static func add(_ call: VerbCall) async throws(KernelFailure) -> VerbReply {
        let account = try call.account()
        guard let phone = Phone(call.operand) else { return .refused("\(call.operand): no number of Ghana") }
        guard let secret = call.text("secret-file"), secret.utf8.count >= HarpoonLimits.secretBytes else {
            return .refused("--secret-file: a secret has \(HarpoonLimits.secretBytes) bytes at least")
        }
        let senders = call.list("sender")
        guard senders.count <= HarpoonLimits.senderNames else {
            return .refused("--sender: \(HarpoonLimits.senderNames) names at most")
        }
        let provider = call.text("network").flatMap(Provider.init) ?? .mtn
        guard let forwarder = Line.Forwarder(rawValue: call.text("forwarder") ?? Line.Forwarder.payment.rawValue) else {
            let names = Line.Forwarder.allCases.map(\.rawValue).joined(separator: ", ")
            return .refused("--forwarder: allowed: \(names)")
        }
        let line = Line(
            provider: provider, number: phone.local, forwarder: forwarder, senders: senders,
            sealedSecret: try call.secretBox.seal(
                Array(secret.utf8), name: Line.secretName(phone.local, account)), createdAt: call.now,
            checksBalance: call.text("balance-check") != "off")
        let desk = call.records(of: account, .live)
        let new = NewRecord(
            in: desk.space(Line.collection), state: Line.state, body: line.body,
            keys: [RecordKey(Line.secretIndex, secret), RecordKey(Line.numberIndex, phone.local)])
        do throws(KernelFailure) {
            let made = try await desk.commit(RecordUnit([.insert(new)], at: call.now))
            return .json(JSONWriter.value(LineObject(line: line, id: call.ids.line(made[0].id))))
        } catch .alreadyExists(_, field: Line.numberIndex.name) {
            return .refused("the account has a line for \(phone.local)")
        } catch .alreadyExists(_, field: Line.secretIndex.name) {
            return .refused("--secret-file: another line has this secret")
        }
    }

    private static func list(_ call: VerbCall) async throws(KernelFailure) -> VerbReply {
        let desk = call.records(of: try call.account(), .live)
        let page = try await desk.records(
            RecordQuery(in: desk.space(Line.collection), limit: HarpoonLimits.linesListed))
        var objects: [LineObject] = []
        for record in page.records { objects.append(LineObject(line: try Line(record), id: call.ids.line(record.id))) }
        return .json(JSONWriter.value(objects))
    }

    private static func show(_ call: VerbCall) async throws(KernelFailure) -> VerbReply {
        guard let (record, _) = try await find(call) else { return .refused("\(call.operand): no such line") }
        return .json(JSONWriter.value(LineObject(line: try Line(record), id: call.ids.line(record.id))))
    }

    private static func remove(_ call: VerbCall) async throws(KernelFailure) -> VerbReply {
        guard let (record, desk) = try await find(call) else { return .refused("\(call.operand): no such line") }
        var steps = [RecordStep.remove(record.id, .version(record.version), collection: Line.collection)]
        if let memory = try await desk.record(LineMemory.key(of: record.id), in: LineMemory.collection) {
            steps.append(.remove(memory.id, .version(memory.version), collection: LineMemory.collection))
        }
        _ = try await desk.commit(RecordUnit(steps, at: call.now))
        return .json(JSONWriter.value(LineObject(line: try Line(record), id: call.ids.line(record.id))))
    }

    private static func find(_ call: VerbCall) async throws(KernelFailure) -> (record: Record, desk: RecordDesk)? {
        guard let id = call.ids.line(in: call.operand) else { return nil }
        return try await call.record(id, in: Line.collection)
    }
}

/// A line as the operator sees it; never its secret.
struct LineObject: JSONWritable {
    let line: Line
    let id: String

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("id", id)
            object.member("number", line.number)
            object.member("network", line.provider.rawValue)
            object.member("forwarder", line.forwarder.rawValue)
            object.member("senders", line.trustedSenders)
            object.member("balanceCheck", line.checksBalance)
            switch line.forwarder {
            case .payment: object.member("path", "/internal/v1/ingest/payment")
            default: object.member("path", Ingestion.path(line.forwarder, id))
            }
            object.member("createdAt", WireTime(line.createdAt))
        }
    }
}
