/// The name of a personality as configuration and the command line write it, lower case.
public struct PersonalityID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let name: String

    public init(_ name: String) { self.name = name }

    public var description: String { name }

    /// Where delivery status reports of our own come from: no personality, so that none lists them, rates them or has
    /// webhooks for them.
    public static let reports = PersonalityID("reports")

    /// Where mail of the catch-all listener comes from, in the same way: for looking at, and for nothing else.
    public static let capture = PersonalityID("capture")

    public static func < (left: Self, right: Self) -> Bool { left.name < right.name }
}
