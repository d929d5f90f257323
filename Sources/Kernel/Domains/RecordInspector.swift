import Base
import DNSWire
import MailFormat
public import Model
public import Ports

/// Says of what DNS has under a name whether it is what the owner was asked to publish. Pure.
public enum RecordInspector {
    public static func verdict(on resolution: Resolution, for record: PlannedRecord) -> RecordCheck.Verdict {
        guard case .records(let found) = resolution else { return .missing }
        switch record.content {
        case .challenge(let text): return challenge(text, texts(found))
        case .spf(let name): return spf(name, texts(found))
        case .dkim(let keyType, let publicKey): return dkim(keyType, publicKey, texts(found))
        case .dmarc: return dmarc(texts(found))
        case .mx(let host): return exchange(host, found)
        case .cname(let host): return alias(host, found)
        }
    }

    private static func texts(_ records: [RecordData]) -> [[UInt8]] { records.compactMap(\.joinedText) }

    /// One of several: other services keep their proofs at the same name.
    private static func challenge(_ text: String, _ found: [[UInt8]]) -> RecordCheck.Verdict {
        found.contains(Array(text.utf8)) ? .ok : different(found)
    }

    private static func spf(_ name: DNSName, _ found: [[UInt8]]) -> RecordCheck.Verdict {
        let meant = found.filter(SPFRecord.isMeant)
        if meant.isEmpty { return .missing }
        // RFC 7208 §4.5, §4.6: a receiver takes both for a permanent error, and asks no further.
        guard meant.count == 1 else { return different(meant, because: .severalRecords) }
        guard let record = SPFRecord(meant[0]) else { return different(meant, because: .syntax) }
        guard record.lookups <= SPFFault.lookupsMax else { return different(meant, because: .tooManyLookups) }
        return record.includes(name.text) ? .ok : different(meant)
    }

    /// What stands there, and what is wrong with it.
    static func different(_ texts: [[UInt8]], because fault: SPFFault) -> RecordCheck.Verdict {
        guard case .different(let seen) = different(texts) else { return .missing }
        return .different(seen.prefix(seenMax - 1) + [fault.sentence])
    }

    /// RFC 6376 §3.6.2.2: what verifiers do with several records is undefined, so there has to be one.
    private static func dkim(_ keyType: String, _ publicKey: [UInt8], _ found: [[UInt8]]) -> RecordCheck.Verdict {
        guard found.count == 1, let record = DKIMKeyRecord(found[0]), record.keyType == keyType,
            record.publicKey == publicKey
        else { return different(found) }
        return .ok
    }

    /// RFC 7489 §6.6.3: other texts are passed over, and two policies are none.
    private static func dmarc(_ found: [[UInt8]]) -> RecordCheck.Verdict {
        let meant = found.filter(DMARCRecord.isMeant)
        if meant.isEmpty { return .missing }
        return meant.count == 1 && DMARCRecord(meant[0]) != nil ? .ok : different(meant)
    }

    /// Other hosts may stand beside ours, as a second way in.
    private static func exchange(_ host: DNSName, _ found: [RecordData]) -> RecordCheck.Verdict {
        var seen: [String] = []
        for case .mx(let preference, let exchange) in found {
            if exchange == host { return .ok }
            seen.append("\(preference) \(exchange)")
        }
        return seen.isEmpty ? .missing : .different(bounded(seen))
    }

    private static func alias(_ host: DNSName, _ found: [RecordData]) -> RecordCheck.Verdict {
        var seen: [String] = []
        for case .cname(let target) in found {
            if target == host { return .ok }
            seen.append(target.text)
        }
        return seen.isEmpty ? .missing : .different(bounded(seen))
    }

    private static func different(_ texts: [[UInt8]]) -> RecordCheck.Verdict {
        texts.isEmpty
            ? .missing : .different(bounded(texts.map { String(decoding: $0.prefix(seenBytesMax), as: UTF8.self) }))
    }

    private static func bounded(_ seen: [String]) -> [String] { Array(seen.prefix(seenMax)) }

    /// Of what was seen, so much is kept to be shown.
    private static let seenMax = 4
    private static let seenBytesMax = 512
}
