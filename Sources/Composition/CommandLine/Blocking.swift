import Posix
import Synchronization

/// Waits on the calling thread for asynchronous work: the main thread has nothing else to do.
enum Blocking {
    static func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let outcome = Outcome<Result<Value, any Error>>()
        Task.detached {
            do {
                outcome.put(.success(try await work()))
            } catch {
                outcome.put(.failure(error))
            }
        }
        return try outcome.take().get()
    }

    static func run<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value {
        let outcome = Outcome<Value>()
        Task.detached { outcome.put(await work()) }
        return outcome.take()
    }
}

/// A value that one thread waits for.
private final class Outcome<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let ready = Latch()

    func put(_ value: Value) {
        self.value.withLock { $0 = value }
        ready.open()
    }

    func take() -> Value {
        ready.wait()
        guard let value = value.withLock({ $0 }) else {
            preconditionFailure("the latch opens after the value is there")
        }
        return value
    }
}
