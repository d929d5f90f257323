public import Model
package import Ports

/// What a desk would do for its caller, and what that comes to. Nothing is done before somebody carries it out:
///
/// - a handler runs it: `try await call.keys.revoke(id).run()`;
/// - a planner answers it: `try await call.keys.create(..).map { made in .object(.created) { .. } }`, and the server
///   makes the changes with the request's idempotency record and its answer in one commit, or finds that an earlier
///   request with the key made them.
///
/// Of several plans `and` and `all` make one that is made whole or not at all, `each` one whose parts succeed or fail
/// by themselves.
///
/// **Threads.** Any. The functions that are given to `map` run on the store's thread too, inside its transaction, and
/// more than once: quick, and without looking anything up.
public struct Plan<Value: Sendable>: Sendable {
    package let kernel: Ports.Plan<Value>

    package init(_ kernel: Ports.Plan<Value>) { self.kernel = kernel }

    /// Does it now: on disk, and at work, when this returns. Comes back on the shard.
    @discardableResult
    public func run() async throws(KernelFailure) -> Value { try await kernel.run() }

    /// The same, and something else made of what it comes to; a failure that `transform` throws is what the caller is
    /// answered, and undoes nothing.
    public func map<New: Sendable>(
        _ transform: @escaping @Sendable (Value) throws(KernelFailure) -> New
    ) -> Plan<New> {
        Plan<New>(kernel.map(transform))
    }

    /// Both or neither, in one commit. Where either is refused, the first refusal is what they come to.
    public func and<Other: Sendable>(_ other: Plan<Other>) -> Plan<(Value, Other)> {
        Plan<(Value, Other)>(kernel.and(other.kernel))
    }

    /// Several as one: all or none, in one commit.
    public static func all(_ plans: [Plan]) -> Plan<[Value]> { Plan<[Value]>(Ports.Plan.all(plans.map(\.kernel))) }

    /// Several in one commit, each on its own: what each comes to, in order.
    public static func each(_ plans: [Plan]) -> Plan<[Result<Value, KernelFailure>]> {
        Plan<[Result<Value, KernelFailure>]>(Ports.Plan.each(plans.map(\.kernel)))
    }

    /// What changes nothing, where a planner finds that there is nothing to change.
    public static func nothing(_ value: Value) -> Plan { Plan(Ports.Plan.nothing(.success(value))) }
}
