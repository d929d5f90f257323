import Ports

/// Workers whose threads are the callers' own.
package struct ImmediateWorkers: Workers {
    package init() {}

    package func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value { work() }
}
