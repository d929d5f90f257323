package import Base
package import Crypto
public import Model

/// Seals secrets that a dialect keeps in its records, under the key file. Any thread.
public struct SecretBox: Sendable {
    private let key: SealingKey
    private let random: any RandomSource

    package init(_ key: SealingKey, random: any RandomSource) {
        self.key = key
        self.random = random
    }

    /// `name` is not kept and must be given again to open: what is sealed under one cannot be moved to another.
    public func seal(_ secret: [UInt8], name: String) throws(KernelFailure) -> [UInt8] {
        do {
            return try key.seal(secret, associatedData: Array("record \(name)".utf8), random: AnyRandom(random))
        } catch {
            throw .internalError(incident: "a record's secret could not be sealed")
        }
    }

    public func open(_ sealed: [UInt8], name: String) throws(KernelFailure) -> [UInt8] {
        do {
            return try key.open(sealed, associatedData: Array("record \(name)".utf8))
        } catch {
            throw .internalError(incident: "a record's secret cannot be opened: is the key file the right one?")
        }
    }
}
