import Base
import Ports

/// How mail for a destination goes: to which exchanges, and how well protected.
///
/// Two destinations with equal routes have one provider, and so one lane, whose name says all of the route: lanes need
/// no table of routes beside them, and cannot be confused, whatever a stranger's zone holds.
struct Route: Hashable, Sendable {
    /// Most preferred first. Those of one group are equals, here in the order of their names.
    let groups: [[Exchange]]
    let security: DirectConfiguration.Security

    init(_ groups: [[Exchange]], security: DirectConfiguration.Security) {
        self.groups = groups.map { $0.sorted { $0.text < $1.text } }
        self.security = security
    }

    /// `mx:mx1.example.net,mx2.example.net/backup.example.org`: equals between commas, groups between slashes.
    var lane: LaneID {
        let groups = groups.map { $0.map(\.text).joined(separator: ",") }.joined(separator: "/")
        return LaneID("\(Self.prefix(security)):\(groups)")
    }

    /// Nil for the lane of a destination whose route is not known.
    init?(lane: LaneID) {
        let parts = lane.name.split(separator: ":", maxSplits: 1)
        guard parts.count == 2,
            let security = DirectConfiguration.Security.allCases.first(where: { Self.prefix($0) == parts[0] })
        else { return nil }
        var groups: [[Exchange]] = []
        for group in parts[1].split(separator: "/", omittingEmptySubsequences: false) {
            let names = group.split(separator: ",", omittingEmptySubsequences: false)
            let exchanges = names.compactMap { Exchange(text: String($0)) }
            guard exchanges.count == names.count else { return nil }
            groups.append(exchanges)
        }
        self.init(groups, security: security)
    }

    private static func prefix(_ security: DirectConfiguration.Security) -> Substring {
        switch security {
        case .never: "mxclear"
        case .opportunistic: "mx"
        case .required: "mxtls"
        }
    }

    /// The exchanges in the order in which they are to be tried: equals at random, so that they share the load
    /// (RFC 5321 §5.1).
    func exchanges(_ random: any RandomSource) -> [Exchange] {
        groups.flatMap { group in
            var group = group
            for index in group.indices.dropLast() {
                group.swapAt(index, index + Int(random.bits64() % UInt64(group.count - index)))
            }
            return group
        }
    }
}
