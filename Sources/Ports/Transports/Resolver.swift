public import DNSWire

/// Asks the DNS.
///
/// **Contract.** `resolve` follows aliases (CNAME) and answers with the records of the type asked for; who asks for
/// `.cname` gets the alias itself. That a name or a record does not exist is an answer, and only ever said when a
/// server said so. Everything else is a `ResolverFailure`, always temporary: nothing was learned, and whoever knew
/// something before knows it still. Retries, several servers, time-outs and the change to TCP happen inside; an answer
/// or a failure comes within `ResolverLimits.lookupDuration`, a small number of times for a name with aliases.
///
/// Answers are kept for as long as their TTL allows, "no" as RFC 2308 says. `fresh` asks the servers all the same:
/// for somebody who has just published a record. Equal questions at one time are asked once.
///
/// The order of records is that of the server's answer, and means nothing.
///
/// **Threads.** Any; it comes back on the caller's executor.
public protocol Resolver: Sendable {
    func resolve(
        _ name: DNSName, _ type: RecordType, freshness: DNSFreshness
    ) async throws(ResolverFailure) -> Resolution
}

/// Whether an answer may come from the cache.
public enum DNSFreshness: Sendable {
    case cached, fresh
}

/// What the DNS says.
public enum Resolution: Sendable, Equatable {
    /// At least one record of the type asked for.
    case records([RecordData])
    /// The name exists, without such a record.
    case noData
    /// The name does not exist.
    case nameNotFound
}

/// Nothing could be learned now.
public enum ResolverFailure: Error, Sendable, Hashable {
    /// No server answered.
    case timedOut
    /// The last server that answered could not or would not: SERVFAIL, REFUSED and their like, or an answer that is
    /// none.
    case serverFailed
    /// More aliases than `DNSLimits.aliasesMax`.
    case tooManyAliases
    /// The machine had no socket to give.
    case system
}
