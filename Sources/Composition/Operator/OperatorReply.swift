import Base

/// What came of a verb. Travels from a running server as JSON.
struct OperatorReply: Sendable {
    var exit: ExitCode
    /// JSON text: what `--json` prints, and what the tables are drawn from.
    var json: String?
    /// Bytes to print as they are.
    var raw: [UInt8]?
    /// What stands above the table, where JSON has no place for it.
    var heading: String?
    /// Why it was refused.
    var reason: String?
    /// What is told beside what is printed. Of this process: it does not travel.
    var note: String?

    static func json(_ bytes: [UInt8]) -> OperatorReply {
        OperatorReply(exit: .done, json: String(decoding: bytes, as: UTF8.self))
    }

    static func refused(_ reason: String, exit: ExitCode = .refused) -> OperatorReply {
        OperatorReply(exit: exit, reason: reason)
    }
}

extension OperatorReply {
    var bytes: [UInt8] {
        JSONWriter.object { object in
            object.member("exit", Int(exit.rawValue))
            object.member("json", json)
            object.member("raw", raw.map { JSONString(utf8: Base64.encode($0)) })
            object.member("heading", heading)
            object.member("reason", reason)
        }
    }

    /// nil for what `bytes` has not written.
    init?(_ bytes: [UInt8]) {
        guard let document = try? JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count)),
            let exit = document.root["exit"]?.int.flatMap({ ExitCode(rawValue: Int32(truncatingIfNeeded: $0)) })
        else { return nil }
        let reply = document.root
        self.exit = exit
        json = reply["json"]?.string
        raw = reply["raw"]?.stringBytes.flatMap { Base64.decode($0) }
        heading = reply["heading"]?.string
        reason = reply["reason"]?.string
    }
}
