package import Base
import Crypto
package import Model
package import Ports
import Posix

/// Mail to the operator in the form that mail programs read (https://cr.yp.to/proto/maildir.html): a file for each
/// message, whole and on disk before it has its name in `new`. Who reads it moves it to `cur`, which makes room.
package struct Maildir: OperatorMailbox {
    private let folder: String
    private let workers: any Workers
    private let time: any TimeSource
    private let random: any RandomSource

    /// `folder` is made with the first message.
    package init(folder: String, workers: any Workers, time: any TimeSource, random: any RandomSource) {
        self.folder = folder
        self.workers = workers
        self.time = time
        self.random = random
    }

    package func keep(_ message: [UInt8]) async throws(KernelFailure) {
        let kept = await workers.run { () -> Result<Void, KernelFailure> in
            Result { () throws(KernelFailure) in try store(message) }
        }
        try kept.get()
    }

    /// The time stands first in a file's name, and stays there when a mail program moves it to `cur`.
    package func remove(before: Instant) async throws(KernelFailure) {
        let removed = await workers.run { () -> Result<Void, KernelFailure> in
            Result { () throws(KernelFailure) in try removeFiles(before: before.seconds) }
        }
        try removed.get()
    }

    private func removeFiles(before: Int64) throws(KernelFailure) {
        do throws(PosixError) {
            for part in ["new", "cur"] where Files.exists("\(folder)/\(part)") {
                for name in try Files.names(in: "\(folder)/\(part)") {
                    let pieces = name.split(separator: ".", maxSplits: 1)
                    // What other programs put there is theirs.
                    guard pieces.count == 2, pieces[1].hasPrefix("R"), name.contains(Self.ownName),
                        let time = Int64(pieces[0]), time < before
                    else { continue }
                    try Files.remove("\(folder)/\(part)/\(name)")
                }
            }
        } catch {
            throw .storageUnavailable
        }
    }

    private static let ownName = ".polyrelay"

    private func store(_ message: [UInt8]) throws(KernelFailure) {
        do {
            for part in ["tmp", "new", "cur"] { try Files.makeFolder("\(folder)/\(part)") }
            guard try Files.names(in: "\(folder)/new").count < StorageLimits.unreadOperatorMessages else {
                throw KernelFailure.overloaded(retryAfter: .seconds(StorageLimits.retryAfterSeconds))
            }
            let name = "\(time.now.seconds).R\(Hex.encode(random.bytes(8)))\(Self.ownName)"
            try Files.createDurably("\(folder)/tmp/\(name)", mode: 0o600, content: message)
            try Files.move("\(folder)/tmp/\(name)", to: "\(folder)/new/\(name)")
            try Files.syncFolder(of: "\(folder)/new/\(name)")
        } catch let failure as KernelFailure {
            throw failure
        } catch {
            throw .storageUnavailable
        }
    }
}
