import AdapterKit
import Base
import Model

/// What the routes under `/domains` do.
enum Domains {
    /// SPF, DKIM and DMARC prove that mail may be sent; the rest is advice, or not shown to the vendor's clients.
    static let plan = DomainPlan(
        records: [
            RecordTemplate(.spf, .spf, proves: [.send]),
            RecordTemplate(.dkim, .dkim(.rsa), proves: [.send]),
            RecordTemplate(.dmarc, .dmarc, proves: [.send]),
            RecordTemplate(.returnPath, .returnPath),
            RecordTemplate(.mx, .mx(preference: PostStackLimits.mxPreference)),
            RecordTemplate(.dkimEd25519, .dkim(.ed25519), isListed: false),
            RecordTemplate(.tracking, .tracking, isListed: false),
        ],
        recheck: .whilePending(PostStackLimits.domainRecheck), patience: PostStackLimits.domainPatience)

    // MARK: Making and removing

    static func create(_ call: Call) async throws(KernelFailure) -> Answer {
        var form = try Form(call.body)
        let name = form.string("name", required: true)
        var settings = DomainSettings()
        var options = DomainOptions()
        if let region = form.word("region", of: DomainSettings.regions) { settings.region = region }
        settings.read(&form)
        if let returnPath = form.string("custom_return_path") { form.take(returnPath: returnPath, of: name, &options) }
        if let name, HostName.normalized(name) == nil {
            form.note(FieldFault("name", .domainName, value: UserData(name)))
        }
        try form.finish()
        // `finish` has thrown where it is absent; the compiler cannot know.
        guard let name else { throw .invalid(FieldFault("name", .missing)) }
        return answer(try await call.domains.add(name, options: options, facet: settings.json).run(), call, .created)
    }

    /// Takes no body, and looks at none.
    static func remove(_ call: Call) async throws(KernelFailure) -> Answer {
        try await call.domains.remove(domain(call)).run()
        return .success
    }

    // MARK: Looking

    static func list(_ call: Call) async throws(KernelFailure) -> Answer {
        let domains = try call.domains.list().items
        return .object(reservedBytes: DomainObject.bytesReserved * (domains.count + 1)) { answer in
            answer.array("domains") { array in
                for domain in domains { array.element(DomainObject(domain, call)) }
            }
        }
    }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer { answer(try domain(call), call) }

    // MARK: Changing and checking

    static func update(_ call: Call) async throws(KernelFailure) -> Answer {
        let domain = try domain(call)
        var form = try Form(call.body)
        var settings = DomainSettings(call.domains.facet(of: domain))
        var options = domain.options
        settings.read(&form)
        settings.readRest(&form)
        options.receives = form.bool("inbound_enabled") ?? options.receives
        if form.isNull("tracking_domain") { options.trackingHost = nil }
        if let host = form.host("tracking_domain") { options.trackingHost = host }
        if form.isNull("custom_return_path") { options.returnPath = nil }
        if let returnPath = form.string("custom_return_path") {
            form.take(returnPath: returnPath, of: domain.name, &options)
        }
        try form.finish()
        return answer(try await call.domains.change(domain, options: options, facet: settings.json).run(), call)
    }

    /// The look-ups run on after the answer.
    static func verify(_ call: Call) async throws(KernelFailure) -> Answer {
        let domain = try domain(call)
        await call.domains.ask(domain)
        return .object(reservedBytes: DomainObject.bytesReserved) { answer in
            answer.member("queued", true)
            answer.member("domain", DomainObject(domain, call))
        }
    }

    // MARK: Pieces

    /// The caller's domain that the path names: by its number, or by its public id.
    private static func domain(_ call: Call) throws(KernelFailure) -> MailDomain {
        guard let id = call.domainID(call.parameter(0)) else { throw .notFound(.domain) }
        return try call.domains.domain(id)
    }

    /// The domain as the SDKs unwrap it, and beside it the members that the Terraform provider reads.
    private static func answer(_ domain: MailDomain, _ call: Call, _ status: Success = .ok) -> Answer {
        let object = DomainObject(domain, call)
        return .object(status, reservedBytes: DomainObject.bytesReserved) { answer in
            answer.member("domain", object)
            answer.member("id", domain.id.value)
            answer.member("name", domain.name)
            answer.member("status", DomainStatus(domain.sending).rawValue)
            answer.member("verified", domain.maySend)
            answer.member("open_tracking", object.settings.openTracking)
            answer.member("click_tracking", object.settings.clickTracking)
        }
    }
}

extension Call {
    /// Both ids of a domain name it.
    fileprivate func domainID(_ text: String) -> MailDomain.ID? {
        if let id = ids.domains.id(in: text) { return id }
        guard text.utf8.allSatisfy(ASCII.isDigit) else { return nil }
        return Int64(text).map(MailDomain.ID.init)
    }
}

extension Form {
    fileprivate mutating func word(_ field: StaticString, of words: [String]) -> String? {
        guard let word = string(field) else { return nil }
        if !words.contains(word) { note(FieldFault("\(field)", .oneOf(words), value: UserData(word))) }
        return word
    }

    fileprivate mutating func host(_ field: StaticString) -> String? {
        guard let text = string(field) else { return nil }
        let host = HostName.normalized(text)
        if host == nil { note(FieldFault("\(field)", .domainName, value: UserData(text))) }
        return host
    }

    /// A name within the domain, whole or its first labels alone: `bounce`, `bounce.example.com`.
    fileprivate mutating func take(returnPath text: String, of domain: String?, _ options: inout DomainOptions) {
        guard let domain = domain.flatMap(HostName.normalized) else { return }
        let isWhole = HostName.normalized(text)?.hasSuffix(".\(domain)") == true
        options.returnPath = HostName.normalized(isWhole ? text : "\(text).\(domain)")
        if options.returnPath == nil {
            note(FieldFault("custom_return_path", .domainName, value: UserData(text)))
        }
    }
}

// MARK: Settings

/// What this dialect keeps with a domain and the kernel does not read.
struct DomainSettings: Equatable {
    static let regions = ["eu-west-1", "us-east-1", "sa-east-1", "ap-northeast-1"]
    static let tlsModes = ["opportunistic", "enforced"]
    static let streams = ["any", "transactional", "marketing", "notification"]

    var region = "eu-west-1"
    var openTracking = false
    var clickTracking = false
    var tlsMode = "opportunistic"
    var catchAll = false
    var streamPreference = "any"
    var bimiLogoURL: String?

    init() {}

    /// `json`: as `json` writes it; nil where nothing was kept, as of a domain that the operator added.
    init(_ json: [UInt8]?) {
        guard let json, let root = try? JSONDocument(json, limits: JSONLimits(bytesMax: json.count)).root else {
            return
        }
        region = root["region"]?.string ?? region
        openTracking = root["openTracking"]?.bool ?? openTracking
        clickTracking = root["clickTracking"]?.bool ?? clickTracking
        tlsMode = root["tlsMode"]?.string ?? tlsMode
        catchAll = root["catchAll"]?.bool ?? catchAll
        streamPreference = root["streamPreference"]?.string ?? streamPreference
        bimiLogoURL = root["bimiLogoUrl"]?.string
    }

    var json: [UInt8] {
        JSONWriter.object { object in
            object.member("region", region)
            object.member("openTracking", openTracking)
            object.member("clickTracking", clickTracking)
            object.member("tlsMode", tlsMode)
            object.member("catchAll", catchAll)
            object.member("streamPreference", streamPreference)
            object.member("bimiLogoUrl", bimiLogoURL)
        }
    }

    /// What can be said when a domain is made and afterwards.
    mutating func read(_ form: inout Form) {
        openTracking = form.bool("open_tracking") ?? openTracking
        clickTracking = form.bool("click_tracking") ?? clickTracking
        tlsMode = form.word("tls_mode", of: Self.tlsModes) ?? tlsMode
    }

    /// What can be said afterwards alone.
    mutating func readRest(_ form: inout Form) {
        catchAll = form.bool("catch_all") ?? catchAll
        streamPreference = form.word("stream_preference", of: Self.streams) ?? streamPreference
        if form.isNull("bimi_logo_url") { bimiLogoURL = nil }
        guard let url = form.string("bimi_logo_url") else { return }
        // A logo is fetched over HTTPS or not at all.
        let isURL = url.hasPrefix("https://") && url.utf8.count <= PostStackLimits.urlBytes
        if !isURL || !url.utf8.allSatisfy(ASCII.isVisible) {
            form.note(FieldFault("bimi_logo_url", .url, value: UserData(url)))
        }
        bimiLogoURL = url
    }
}

/// How far a domain is.
enum DomainStatus: String {
    case pending, verified, failed

    init(_ proof: MailDomain.Proof) {
        switch proof {
        case .pending: self = .pending
        case .verified, .pinned: self = .verified
        case .failed: self = .failed
        }
    }
}

// MARK: Wire

/// A domain as its owner sees it.
struct DomainObject: JSONWritable {
    let domain: MailDomain
    let publicID: String
    let records: [PublishedRecord]
    let settings: DomainSettings

    init(_ domain: MailDomain, _ call: Call) {
        self.domain = domain
        publicID = call.ids.domains.text(domain.id)
        records = call.domains.records(of: domain)
        settings = DomainSettings(call.domains.facet(of: domain))
    }

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("id", domain.id.value)
            object.member("publicId", publicID)
            object.member("name", domain.name)
            object.member("status", DomainStatus(domain.sending).rawValue)
            object.member("region", settings.region)
            object.array("dnsRecords") { array in
                for record in records { array.element(DNSRecordObject(record: record.record)) }
            }
            object.member("openTracking", settings.openTracking)
            object.member("clickTracking", settings.clickTracking)
            object.member("trackingDomain", domain.options.trackingHost)
            object.member("catchAll", settings.catchAll)
            object.member("inboundEnabled", domain.options.receives)
            object.member("tlsMode", settings.tlsMode)
            object.member("streamPreference", settings.streamPreference)
            object.member("bimiLogoUrl", settings.bimiLogoURL)
            object.member("verifiedAt", domain.verifiedAt.map(WireTime.init))
            object.member("createdAt", WireTime(domain.createdAt))
        }
    }

    static let bytesReserved = 1536
}

/// A record to publish.
struct DNSRecordObject: JSONWritable {
    let record: DNSRecord

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("type", record.type)
            object.member("name", record.name)
            object.member("value", record.value)
            object.member("purpose", record.purpose)
            object.member("verified", record.seen)
        }
    }
}
