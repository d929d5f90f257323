import AdapterKit
import Base
import Model

/// What this dialect keeps with a domain and the kernel does not read.
struct DomainSettings: Equatable {
    enum SendingType: String, CaseIterable {
        case transactional, marketing
    }

    var sendingType = SendingType.transactional
    var changedAt: Instant?

    init() {}

    /// `json`: as `json` writes it; nil where nothing was kept, as of a domain that the operator added.
    init(_ json: [UInt8]?) {
        guard let json, let root = try? JSONDocument(json, limits: JSONLimits(bytesMax: json.count)).root else {
            return
        }
        sendingType = root["sendingType"]?.string.flatMap(SendingType.init) ?? .transactional
        changedAt = root["changed"]?.int.map { Instant(nanoseconds: Int64($0)) }
    }

    var json: [UInt8] {
        JSONWriter.object { object in
            object.member("sendingType", sendingType.rawValue)
            object.memberIfPresent("changed", changedAt.map(\.nanoseconds))
        }
    }
}

/// A domain as its owner sees it.
struct DomainObject: JSONWritable {
    let domain: MailDomain
    let records: [PublishedRecord]
    let settings: DomainSettings
    let selector: String?
    let ids: PublicIDs

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.object(write) }

    func write(_ object: inout JSONObjectWriter) {
        object.constants(#""object":"domain""#)
        object.member("id", ids.domains.text(domain.id))
        object.member("account_id", ids.accounts.text(domain.account))
        object.member("created_at", WireTime(domain.createdAt))
        object.member("updated_at", WireTime(settings.changedAt ?? domain.createdAt))
        object.member("domain", domain.name)
        object.array("dns_records") { array in
            for record in records { array.element(RecordObject(record: record)) }
        }
        object.member("last_dns_check_at", domain.checkedAt.map { WireTime($0) })
        object.member("dns_valid", domain.maySend)
        object.member("tracking_subdomain", subdomain(domain.options.trackingHost))
        object.member("return_path_subdomain", subdomain(domain.options.returnPath))
        object.constants(#""subscription_subdomain":null,"media_subdomain":null,"dkim_rotation_interval_days":null"#)
        object.member("dkim_selector", selector)
        object.member("rotation_ready", domain.rotation?.state == .ready)
        object.member("dsn_recipient", domain.options.reportAddress)
        object.member("sending_type", settings.sendingType.rawValue)
        object.constants(#""paused":false,"paused_at":null,"pause_reason":null"#)
    }

    /// What stands before the domain's own name.
    private func subdomain(_ host: String?) -> String? {
        guard let host, host.hasSuffix(".\(domain.name)") else { return host }
        return String(host.dropLast(domain.name.utf8.count + 1))
    }

    static let bytesReserved = 1800
}

private struct RecordObject: JSONWritable {
    let record: PublishedRecord

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("type", record.record.type)
            object.member("label", label)
            object.member("host", record.record.name)
            object.member("content", record.record.value)
            object.member("required", record.isRequired)
            object.member("propagated", record.record.seen)
        }
    }

    private var label: String {
        switch RecordPurpose(rawValue: record.record.purpose) {
        case .spf: "SPF"
        case .dkim: "DKIM"
        case .dkimRotation: "DKIM (next key)"
        case .dmarc: "DMARC"
        case .returnPath: "Return path"
        case .tracking: "Tracking"
        case .mx: "Inbound"
        default: record.record.purpose
        }
    }
}
