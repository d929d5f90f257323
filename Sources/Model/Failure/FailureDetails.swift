public import Base

/// The part of a request that could not be read (RFC 9112).
public enum MalformedPart: String, Sendable, CaseIterable {
    case requestLine, target, version, field, host, framing, chunk, encoding, tls
}

/// What is wrong with a credential before it is looked up.
public enum CredentialFault: Sendable, Equatable {
    /// The header is there, its scheme is not the one due.
    case scheme
    /// The scheme is right; the token cannot be one of ours.
    case form
}

/// An action that the key does not hold.
public struct ScopeShortfall: Sendable, Equatable {
    /// Any of these would have done.
    public var anyOf: [String]
    /// The one to name to the caller.
    public var reported: String
    public var held: [String]
    public var method: UserData
    public var path: UserData

    public init(anyOf: [String], reported: String, held: [String], method: UserData, path: UserData) {
        self.anyOf = anyOf
        self.reported = reported
        self.held = held
        self.method = method
        self.path = path
    }
}

/// A rate window as the caller may see it.
public struct WindowState: Sendable, Equatable {
    /// Requests allowed in the window.
    public var limit: Int
    /// Requests left in it.
    public var remaining: Int
    /// When the window ends.
    public var resetAt: Instant
    /// How long to wait; zero while some remain.
    public var retryAfter: Duration

    public init(limit: Int, remaining: Int, resetAt: Instant, retryAfter: Duration) {
        self.limit = limit
        self.remaining = remaining
        self.resetAt = resetAt
        self.retryAfter = retryAfter
    }
}

/// A quota that has run out.
public struct QuotaState: Sendable, Equatable {
    public enum Period: Sendable, Equatable { case day, month, send, credit }
    public enum Owner: Sendable, Equatable { case account, key, domain(String) }

    public var period: Period
    public var owner: Owner
    public var limit: Int
    public var resetAt: Instant?

    public init(period: Period, owner: Owner, limit: Int, resetAt: Instant?) {
        self.period = period
        self.owner = owner
        self.limit = limit
        self.resetAt = resetAt
    }
}

/// The kinds of thing a caller can name. `record` is an adapter's own collection.
public enum Resource: Sendable, Equatable, Hashable {
    case account, key, domain, message, job, scheduled, template, templateDraft, templateVersion, contact, list
    case segment, topic, broadcast, suppression, webhook, delivery, route, smtpCredential, member, subAccount
    case record(String)
}

/// What a caller tried to do to a resource in the wrong state.
public enum Operation: Sendable, Equatable {
    case cancel, reschedule, edit, publish, send, verify, remove
    /// Of a domain's keys: to begin, to go over to the new ones.
    case rotate, activate
}

/// The state in which a resource was met, as far as a refusal has to tell one from another.
public enum ResourceState: Sendable, Equatable {
    /// It has not begun.
    case idle
    /// It has begun and goes on.
    case underWay
    /// Nothing is left to be done about it.
    case ended
    /// A state of an adapter's own collection, by its name there.
    case named(String)
}

/// Something that the operator can switch off.
public enum Feature: Sendable, Equatable {
    case signup, faults, inbound
    /// A path of the vendor's that this server has no route for.
    case unserved
    case other(String)
}

/// A named value of a failed check, for a dialect's details.
public struct Fact: Sendable, Equatable {
    public var name: String
    public var value: UserData

    public init(name: String, value: UserData) {
        self.name = name
        self.value = value
    }
}

/// Why a domain was looked up.
public enum DomainRole: Sendable, Equatable {
    case sender, destination
    /// By a route that manages domains.
    case managed
}

public enum TemplateGap: Sendable, Equatable {
    case sender, senderInvalid, subject
    case unrenderable(marker: String)
}

public struct MissingVariables: Sendable, Equatable {
    public var recipient: UserData
    public var names: [String]

    public init(recipient: UserData, names: [String]) {
        self.recipient = recipient
        self.names = names
    }
}

public enum RejectReason: Sendable, Equatable { case disposable, mistyped }
