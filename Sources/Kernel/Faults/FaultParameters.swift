import Base
import Model

/// The parameters of an order, each of which must be understood by somebody.
struct FaultParameters {
    private let values: [String: String]
    private var asked: Set<String> = []

    init(_ values: [String: String]) { self.values = values }

    /// Refuses the first parameter that nobody asked for.
    func finish(_ name: FaultName) throws(FaultSyntaxError) {
        guard let unknown = values.keys.sorted().first(where: { !asked.contains($0) }) else { return }
        let known = asked.union(FaultOrder.commonParameters).sorted().joined(separator: ", ")
        throw FaultSyntaxError("\(name.rawValue) has no parameter \(unknown): it has \(known)")
    }

    mutating func text(_ name: String, else fallback: String) -> String {
        asked.insert(name)
        return values[name] ?? fallback
    }

    mutating func data(_ name: String, else fallback: String) -> UserData { UserData(text(name, else: fallback)) }

    mutating func number(_ name: String, else fallback: Int) throws(FaultSyntaxError) -> Int {
        asked.insert(name)
        guard let text = values[name] else { return fallback }
        guard let number = Int(text), number >= 0 else {
            throw FaultSyntaxError("\(name)=\(text): must be a whole number")
        }
        return number
    }

    /// A share from 0 to 1.
    mutating func share(_ name: String) throws(FaultSyntaxError) -> Double {
        asked.insert(name)
        guard let text = values[name] else { return 1 }
        guard let share = Double(text), (0...1).contains(share) else {
            throw FaultSyntaxError("\(name)=\(text): must be a number from 0 to 1")
        }
        return share
    }

    mutating func duration(
        _ name: String, else fallback: Duration, maximum: Duration
    ) throws(FaultSyntaxError) -> Duration {
        asked.insert(name)
        guard let text = values[name] else { return fallback }
        guard let duration = DurationText.parse(text), duration <= maximum else {
            throw FaultSyntaxError(
                "\(name)=\(text): must be a duration such as \(DurationText.examples), at most "
                    + DurationText.of(maximum))
        }
        return duration
    }

    /// One of some values by its case's name; the first is the default.
    mutating func word<Value>(_ name: String, of values: [Value]) throws(FaultSyntaxError) -> Value {
        asked.insert(name)
        guard let text = self.values[name] else { return values[0] }
        guard let value = values.first(where: { Self.word($0) == text }) else {
            let words = values.map(Self.word).joined(separator: ", ")
            throw FaultSyntaxError("\(name)=\(text): must be one of \(words)")
        }
        return value
    }

    /// A case's name, without what it carries.
    private static func word<Value>(_ value: Value) -> String { String("\(value)".prefix { $0 != "(" }) }

    // MARK: Kernel values

    /// `fallback` where none is named; an adapter's own collection as `record:NAME`.
    mutating func resource(else fallback: Resource) throws(FaultSyntaxError) -> Resource {
        let text = text("resource", else: "")
        if text.isEmpty { return fallback }
        if text.hasPrefix("record:") { return .record(String(text.dropFirst("record:".count))) }
        return try word("resource", of: Self.resources)
    }

    private static let resources: [Resource] = [
        .message, .account, .key, .domain, .job, .scheduled, .template, .templateDraft, .templateVersion, .contact,
        .list, .segment, .topic, .broadcast, .suppression, .webhook, .delivery, .route, .smtpCredential, .member,
        .subAccount,
    ]

    /// A kernel's state by its case's name; any other word is one of an adapter's own collection.
    mutating func state() -> ResourceState {
        let text = text("state", else: "underWay")
        let known = [ResourceState.idle, .underWay, .ended]
        return known.first { Self.word($0) == text } ?? .named(text)
    }

    mutating func rule() throws(FaultSyntaxError) -> FieldFault.Rule { try word("rule", of: Self.rules) }

    private static let rules: [FieldFault.Rule] = [
        .missing, .wrongType, .unknownMember, .forbidden(because: "by order"), .exclusive(with: "html"),
        .requires(other: "text"), .email, .url, .scheme(allowed: ["https"]), .publicAddress, .domainName, .timestamp,
        .future(maximum: .seconds(30 * 86_400)), .timezone, .boolean, .integer, .range(minimum: 1, maximum: 100),
        .length(maximum: 255), .count(minimum: 1, maximum: 50), .size(maximum: 10 << 20), .decimal, .oneOf(["a", "b"]),
        .identifier(.message), .cursor, .headerName, .headerValue, .base64, .cidr, .scopeName, .eventName, .key,
        .nothingToChange, .locked,
    ]
}

/// An order that cannot be understood; the text is for whoever wrote it.
public struct FaultSyntaxError: Error, Equatable {
    public let reason: String

    init(_ reason: String) { self.reason = reason }
}
