import Base
package import DNSWire
package import Ports
import Synchronization

/// A DNS that holds what a test put into it. Names that are not there do not exist.
package final class ScriptedResolver: Resolver {
    private struct State {
        var records: [DNSQuestion: [RecordData]] = [:]
        var failing: Set<DNSName> = []
        var isDown = false
        var questions: [DNSQuestion] = []
    }

    private let state = Mutex(State())

    package init() {}

    package func put(_ name: String, _ records: RecordData...) { put(name, records) }

    package func put(_ name: String, _ records: [RecordData]) {
        guard let dnsName = DNSName(name), let first = records.first else { return }
        state.withLock { $0.records[DNSQuestion(dnsName, first.type)] = records }
    }

    package func put(_ name: String, text: String...) {
        guard let dnsName = DNSName(name) else { return }
        state.withLock { $0.records[DNSQuestion(dnsName, .txt)] = text.map { .txt([Array($0.utf8)]) } }
    }

    package func remove(_ name: String) {
        guard let dnsName = DNSName(name) else { return }
        state.withLock { state in state.records = state.records.filter { $0.key.name != dnsName } }
    }

    /// From now on nothing can be learned about this name.
    package func fail(_ name: String) {
        guard let dnsName = DNSName(name) else { return }
        state.withLock { _ = $0.failing.insert(dnsName) }
    }

    /// Whether nothing at all can be learned.
    package func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    package var questions: [DNSQuestion] { state.withLock { $0.questions } }

    package func resolve(
        _ name: DNSName, _ type: RecordType, freshness: DNSFreshness
    ) async throws(ResolverFailure) -> Resolution {
        let found: Resolution? = state.withLock { state in
            state.questions.append(DNSQuestion(name, type))
            if state.isDown || state.failing.contains(name) { return nil }
            if let records = state.records[DNSQuestion(name, type)] { return .records(records) }
            return state.records.keys.contains { $0.name == name } ? .noData : .nameNotFound
        }
        guard let found else { throw .serverFailed }
        return found
    }
}

extension RecordData {
    fileprivate var type: RecordType {
        switch self {
        case .a: .a
        case .aaaa: .aaaa
        case .cname: .cname
        case .ns: .ns
        case .ptr: .ptr
        case .mx: .mx
        case .txt: .txt
        case .soa: .soa
        case .other: RecordType(rawValue: 0)
        }
    }
}
