package import Base
package import DNSWire
package import Ports
package import Posix

/// The kernel's `Resolver`: a stub that asks recursive servers, with a cache.
///
/// Everything happens on one loop, which is also the actor's executor, so nothing here waits for a lock.
package actor DNSResolver: Resolver {
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let loop: EventLoop
    private let servers: [SocketAddress]
    private let configuration: ResolverConfiguration
    private let time: any TimeSource
    private let random: any RandomSource
    private var cache: AnswerCache
    private var running: [DNSQuestion: Task<Result<DNSAnswer, ResolverFailure>, Never>] = [:]
    private let open = OpenConversations()
    private var isClosed = false
    private var onTheWire = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// `loop` runs on a thread that the caller starts before the first question and stops after the last.
    package init(
        _ configuration: ResolverConfiguration, loop: EventLoop, time: any TimeSource, random: any RandomSource
    ) {
        self.configuration = configuration
        self.loop = loop
        self.time = time
        self.random = random
        servers = Array(configuration.servers.prefix(ResolverLimits.servers))
        cache = AnswerCache(capacity: configuration.cachedAnswers)
    }

    package func resolve(
        _ name: DNSName, _ type: RecordType, freshness: DNSFreshness
    ) async throws(ResolverFailure) -> Resolution {
        var question = DNSQuestion(name, type)
        for _ in 0...DNSLimits.aliasesMax {
            switch try await answer(to: question, freshness) {
            case .records(let records, seconds: _): return .records(records)
            case .noData: return .noData
            case .nameNotFound: return .nameNotFound
            case .alias(let target, seconds: _): question.name = target
            case .useless: throw .serverFailed
            }
        }
        throw .tooManyAliases
    }

    /// Ends every look-up with a failure, and answers no further one.
    package func close() {
        isClosed = true
        open.abandonAll()
    }

    // MARK: One question

    /// From the cache, from somebody's equal question that is under way, or from the servers.
    private func answer(
        to question: DNSQuestion, _ freshness: DNSFreshness
    ) async throws(ResolverFailure) -> DNSAnswer {
        if freshness == .cached, let known = cache.answer(to: question, now: time.uptime) { return known }
        if let task = running[question] { return try await task.value.get() }
        let task = Task(executorPreference: loop) { await self.look(question) }
        running[question] = task
        return try await task.value.get()
    }

    private func look(_ question: DNSQuestion) async -> Result<DNSAnswer, ResolverFailure> {
        await begin()
        let result: Result<DNSAnswer, ResolverFailure>
        do throws(ResolverFailure) {
            result = .success(try await ask(question))
        } catch {
            result = .failure(error)
        }
        end()
        running[question] = nil
        if case .success(let answer) = result { cache.keep(answer, to: question, now: time.uptime) }
        return result
    }

    /// Waits until there is room for another question.
    private func begin() async {
        if onTheWire < ResolverLimits.questionsInFlight {
            onTheWire += 1
        } else {
            // The one that ends hands its place on.
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func end() {
        if waiting.isEmpty { onTheWire -= 1 } else { waiting.removeFirst().resume() }
    }

    // MARK: The servers

    /// Asks the servers in order. One that is silent is asked again in the next round; one that said it could not is
    /// believed.
    private func ask(_ question: DNSQuestion) async throws(ResolverFailure) -> DNSAnswer {
        var candidates = servers
        var failure = ResolverFailure.serverFailed
        for _ in 0..<configuration.rounds where !isClosed {
            var silent: [SocketAddress] = []
            for server in candidates where !isClosed {
                do throws(ResolverFailure) {
                    return try await ask(question, server)
                } catch {
                    failure = error
                    if error == .timedOut { silent.append(server) }
                }
            }
            candidates = silent
        }
        throw failure
    }

    private func ask(_ question: DNSQuestion, _ server: SocketAddress) async throws(ResolverFailure) -> DNSAnswer {
        var response = try await exchange(question, server, offersEDNS: true)
        // RFC 6891 §7: a server that does not know EDNS says that it does not understand.
        if [.formatError, .notImplemented, .badVersion].contains(response.code) {
            response = try await exchange(question, server, offersEDNS: false)
        }
        guard response.code == .noError || response.code == .nameError else { throw .serverFailed }
        let answer = response.answer(to: question)
        if answer == .useless { throw .serverFailed }
        return answer
    }

    private func exchange(
        _ question: DNSQuestion, _ server: SocketAddress, offersEDNS: Bool
    ) async throws(ResolverFailure) -> DNSResponse {
        let query = DNSQuery(
            id: UInt16(truncatingIfNeeded: random.bits64()), question: question, offersEDNS: offersEDNS)
        let response = try await Conversation.hold(
            query, over: .udp, with: server, loop: loop, timeout: configuration.attemptTimeout, among: open)
        guard response.isTruncated else { return response }
        // RFC 7766 §5: what does not fit into a datagram is asked for over TCP.
        let whole = try await Conversation.hold(
            query, over: .tcp, with: server, loop: loop, timeout: configuration.attemptTimeout, among: open)
        if whole.isTruncated { throw .serverFailed }
        return whole
    }
}
