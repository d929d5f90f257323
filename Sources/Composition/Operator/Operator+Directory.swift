import AdapterKit
import Base
import Kernel
import Model
import Ports

extension Operator {
    // MARK: Accounts

    func createAccount(_ name: String, parent: Int64?) async throws(KernelFailure) -> OperatorReply {
        .json(
            describe.account(
                try await runtime.administration.createAccount(name, parent: parent.map(Account.ID.init)).run()))
    }

    func listAccounts(of parent: Int64?, _ place: ListPlace) -> OperatorReply {
        let accounts = runtime.directory.accounts.filter { parent == nil || $0.parent?.value == parent }
        return .json(describe.accounts(place.cut(accounts)))
    }

    func showAccount(_ id: Int64) throws(KernelFailure) -> OperatorReply {
        guard let account = runtime.directory.account(Account.ID(id)) else { throw .notFound(.account) }
        return .json(describe.account(account))
    }

    func setState(ofAccount id: Int64, _ state: Account.State) async throws(KernelFailure) -> OperatorReply {
        .json(describe.account(try await runtime.administration.setState(Account.ID(id), state).run()))
    }

    /// Answers once the account is closed for good; the server removes what it has, piece by piece, and the account
    /// with the last of it. Where no server runs, the next one does.
    func removeAccount(_ id: Int64, isForced: Bool) async throws(KernelFailure) -> OperatorReply {
        let id = Account.ID(id)
        guard let account = runtime.directory.account(id) else { throw .notFound(.account) }
        let below = runtime.directory.subAccounts(of: id)
        guard below.isEmpty else {
            let list = below.map { String($0.id.value) }.joined(separator: ", ")
            return .refused("it has sub-accounts, which come first: \(list)")
        }
        guard isForced || account.state == .suspended else {
            return .refused(
                "\(account.name) has \(runtime.directory.keys(of: id).count) keys, "
                    + "\(runtime.directory.domains(of: id).count) domains and \(try await messages(of: id)) messages, "
                    + "which would all go, and what waits with them: suspend it first, or --force")
        }
        let closed = try await runtime.administration.removeAccount(id).run()
        runtime.removalCalls.call()
        return .json(describe.account(closed))
    }

    private func messages(of account: Account.ID) async throws(KernelFailure) -> Int {
        var count = 0
        for origin in runtime.personalities.map(\.id) + [.capture, .reports] {
            let slice = Slice<Message>(offset: 0, limit: 1)
            let query = MessageQuery(tenant: Tenant(account: account, origin: origin), slice: slice)
            count += try await runtime.store.messages(query).total ?? 0
        }
        return count
    }

    // MARK: Keys

    /// What `key create` asks for.
    struct KeyOrder: Sendable {
        var account: Account.ID
        var personality: String
        var kind: AccessKey.Kind
        var mode: AccessKey.Mode
        var scopes: [String]
        var domains: [String]
        var networks: [String]
        var expiresIn: Duration?
        var label: String
        /// The secret to take over; travels over the local socket only.
        var secret: String?

        init(_ given: Arguments) throws(KernelFailure) {
            account = Account.ID(try given.neededNumber("account"))
            personality = try given.needed("personality")
            kind = given.text("kind").flatMap(AccessKey.Kind.init) ?? .secret
            mode = given.text("mode").flatMap(AccessKey.Mode.init) ?? .live
            scopes = given.list("scopes")
            domains = given.list("domains")
            networks = given.list("allow-ip")
            expiresIn = given.duration("expires-in")
            label = given.text("label") ?? ""
            secret = given.text("secret-file")
        }
    }

    func createKey(_ order: KeyOrder) async throws(KernelFailure) -> OperatorReply {
        guard let personality = runtime.personality(PersonalityID(order.personality)) else {
            let known = runtime.personalities.map(\.id.name).joined(separator: ", ")
            return .refused("--personality \(order.personality): allowed: \(known)", exit: .usage)
        }
        let vocabulary = personality.scopes
        let scopes: [String]
        do throws(KernelFailure) {
            scopes = try vocabulary.checked(
                order.scopes.isEmpty ? vocabulary.defaults(of: order.kind) : order.scopes, field: "scopes",
                kind: order.kind
            ) { runtime.directory.domain($0, of: order.account) != nil }
        } catch {
            return .refused(Self.scopeRefusal(error, vocabulary), exit: .usage)
        }
        var networks: [IPNetwork] = []
        for text in order.networks {
            guard let network = IPNetwork(text) else {
                return .refused("--allow-ip \(text): must be an address or a network such as 10.0.0.0/8", exit: .usage)
            }
            networks.append(network)
        }
        let request = Administration.KeyRequest(
            account: order.account, personality: personality.id, form: personality.credentials, kind: order.kind,
            mode: order.mode, scopes: scopes, domains: order.domains, networks: networks, expiresIn: order.expiresIn,
            label: order.label, secret: order.secret)
        do throws(KernelFailure) {
            let (key, secret) = try await runtime.administration.createKey(request).run()
            return .json(describe.newKey(key, secret: secret))
        } catch {
            guard case .invalid(let fault, _) = error, fault.rule == .key else { throw error }
            let prefixes = personality.credentials.prefixes.filter { $0.kind == order.kind && $0.mode == order.mode }
            return .refused(
                "--secret-file: holds no \(order.kind.rawValue) key of mode \(order.mode.rawValue) as "
                    + "\(personality.id) writes it: \(prefixes.map(\.text).joined(separator: " or ")), and letters "
                    + "and digits after it",
                exit: .usage)
        }
    }

    /// The word at fault is the operator's own, and is shown to nobody else.
    private static func scopeRefusal(_ failure: KernelFailure, _ vocabulary: ScopeVocabulary) -> String {
        guard case .invalid(let fault, _) = failure else { return sentence(failure) }
        let words = vocabulary.words + vocabulary.domainActions.flatMap { [ScopeVocabulary.all($0), "\($0):{DOMAIN}"] }
        return "--scopes \(fault.value?.text ?? ""): allowed, each once: \(words.joined(separator: ", "))"
    }

    func listKeys(of account: Int64?, _ personality: String?, _ place: ListPlace) -> OperatorReply {
        let keys = runtime.directory.keys.filter { key in
            (account == nil || key.account.value == account)
                && (personality == nil || key.personality.name == personality)
        }
        return .json(describe.keys(place.cut(keys)))
    }

    func revokeKey(_ id: Int64) async throws(KernelFailure) -> OperatorReply {
        .json(describe.key(try await runtime.administration.revokeKey(AccessKey.ID(id)).run()))
    }
}
