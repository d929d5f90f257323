import Base
import Foundation
import Testing

/// The public collection of networks' texts, which is not ours; nil where it is not there.
enum Corpus {
    static func lines(_ name: String) throws -> [JSONValue]? {
        let root =
            ProcessInfo.processInfo.environment["POLYRELAY_CORPORA"].map { URL(fileURLWithPath: $0) }
            ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/corpora")
        guard let data = try? Data(contentsOf: root.appendingPathComponent("mobile-money-sms/\(name)")) else {
            print("skipped: no test corpus 'mobile-money-sms' (POLYRELAY_CORPORA names the folder)")
            return nil
        }
        return try data.split(separator: UInt8(ascii: "\n")).map { line in
            let bytes = Array(line)
            return try JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count)).root
        }
    }
}
