/// A value in the one form that all texts with its meaning share, for comparing and for fingerprints: members sorted by
/// the bytes of their names, strings with no escape but the required ones, no white space.
///
/// Numbers keep their text, so `1.0` and `1` differ: nothing here decides how precise a reader is.
public struct JSONCanonical: JSONWritable, Sendable {
    private let value: JSONValue
    private let ignoredNames: [String]
    private let dropsNulls: Bool

    /// `ignoredNames` are left out of the outermost object. `dropsNulls` leaves out members that are null, at every
    /// depth, for dialects to which absent and null are the same.
    public init(_ value: JSONValue, ignoring ignoredNames: [String] = [], dropsNulls: Bool = false) {
        self.value = value
        self.ignoredNames = ignoredNames
        self.dropsNulls = dropsNulls
    }

    public var bytes: [UInt8] { JSONWriter.value(self) }

    public func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        switch value.kind {
        case .object:
            let members = sortedMembers
            return slot.object { object in
                for member in members { object.member(named: member.name, inner(member.value)) }
            }
        case .array:
            return slot.array { array in value.elements?.forEach { array.element(inner($0)) } }
        case .string:
            return slot.string(utf8: value.stringBytes ?? [])
        case .number, .bool, .null:
            return slot.copy(value)
        }
    }

    private var sortedMembers: [(name: String, value: JSONValue)] {
        guard let all = value.members else { return [] }
        var members: [(name: String, value: JSONValue)] = []
        for member in all {
            let isIgnored = ignoredNames.contains { member.isNamed($0) }
            guard !isIgnored, !(dropsNulls && member.value.isNull) else { continue }
            members.append((member.name, member.value))
        }
        // Not `<` of String, which compares characters: only bytes tell all names apart that the scanner tells apart.
        return members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private func inner(_ value: JSONValue) -> JSONCanonical { JSONCanonical(value, dropsNulls: dropsNulls) }
}
