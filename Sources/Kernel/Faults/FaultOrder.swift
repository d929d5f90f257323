import Base
public import Model

/// An order for a failure, as a header field or an operator writes it:
///
///     quotaExceeded; domain=example.com; limit=1000; period=day
///     internalError; rate=0.2; after=10; delay=2s
///
/// `rate`: the share of requests that meet it. `after`: how many pass before it begins. `delay`: how long the answer is
/// put off. Every other parameter changes what the failure carries.
public struct FaultOrder: Sendable, Equatable {
    public let text: String
    public let name: FaultName
    public let rate: Double
    public let after: Int
    public let delay: Duration
    private let parameters: [String: String]

    static let commonParameters: Set = ["rate", "after", "delay"]

    /// Reads an order strictly: an unknown name, an unknown or repeated parameter and a value out of range are refused.
    public init(_ text: String) throws(FaultSyntaxError) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map(Self.trimmed)
        guard let name = FaultName(rawValue: parts[0]) else {
            let near = NearestName.to(parts[0], among: FaultName.allCases.map(\.rawValue))
            throw FaultSyntaxError(
                "there is no failure \(parts[0])" + (near.map { " (did you mean \($0)?)" } ?? "")
                    + "; there are \(FaultName.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self.text = text
        self.name = name
        var parameters = try Self.parameters(parts.dropFirst())
        var common = FaultParameters(parameters.filter { Self.commonParameters.contains($0.key) })
        rate = try common.share("rate")
        after = try common.number("after", else: 0)
        delay = try common.duration("delay", else: .zero, maximum: KernelLimits.faultDelayMax)
        for name in Self.commonParameters { parameters[name] = nil }
        self.parameters = parameters
        _ = try failure(FaultFacts(method: "", path: "", now: Instant(seconds: 0)))
    }

    private static func parameters(_ parts: ArraySlice<String>) throws(FaultSyntaxError) -> [String: String] {
        var parameters: [String: String] = [:]
        for part in parts {
            guard let equals = part.firstIndex(of: "=") else {
                throw FaultSyntaxError("\(part): a parameter is NAME=VALUE")
            }
            let name = trimmed(part[..<equals])
            let value = trimmed(part[part.index(after: equals)...])
            guard !name.isEmpty, !value.isEmpty else { throw FaultSyntaxError("\(part): a parameter is NAME=VALUE") }
            guard parameters.updateValue(value, forKey: name) == nil else {
                throw FaultSyntaxError("\(name) stands twice")
            }
        }
        return parameters
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let rest = text.drop { $0 == " " || $0 == "\t" }
        return String(rest.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }

    /// The failure as this request meets it.
    public func failure(_ facts: FaultFacts) throws(FaultSyntaxError) -> KernelFailure {
        var parameters = FaultParameters(parameters)
        let failure = try name.failure(&parameters, facts)
        try parameters.finish(name)
        return failure
    }
}
