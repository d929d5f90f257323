public import Base
import COpenSSL

/// The cryptographically strong `RandomSource`, seeded by the operating system. Any thread.
public struct SystemRandom: RandomSource {
    public init() {}

    public func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        // RAND_bytes(3): "return 1 on success". Its one failure is a system without entropy, where going on with
        // predictable keys would be worse than stopping.
        let done = unsafe bytes.withUnsafeMutableBufferPointer { unsafe RAND_bytes($0.baseAddress, Int32(count)) }
        precondition(done == 1, "the system gives no randomness")
        return bytes
    }
}
