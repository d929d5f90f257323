import Base
import Glibc

/// The process that listens at an address, as far as this user may see it (proc(5)). Finding it reads many small
/// files: for a start that failed, never while serving.
public struct PortHolder: Sendable, Equatable {
    public let processID: Int32
    /// The program's name as the kernel has it, which is at most 15 bytes of it.
    public let program: String

    public static func find(_ address: SocketAddress) -> PortHolder? {
        guard case .ip(let ip, let port) = address else { return nil }
        let wanted = kernelText(ip)
        // Bound to all addresses, it has this one too; and whoever wants them all is stopped by any of them.
        let inodes = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap(listeners).filter { listener in
            listener.port == port && (listener.address == wanted || isAny(listener.address) || isAny(wanted))
        }.map(\.inode)
        return inodes.lazy.compactMap(holder).first
    }

    private static func isAny(_ address: Substring) -> Bool { address.allSatisfy { $0 == "0" } }

    // MARK: Sockets

    private struct Listener {
        /// In hexadecimal, words in the machine's own order.
        let address: Substring
        let port: UInt16
        let inode: Substring
    }

    /// State 0A of proc(5)'s `/proc/net/tcp` is TCP_LISTEN.
    private static func listeners(in table: String) -> [Listener] {
        let bytes = (try? Files.read(table, limitBytes: tableBytes)) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == "0A" else { return nil }
            let parts = fields[1].split(separator: ":")
            guard parts.count == 2, let port = UInt16(parts[1], radix: 16) else { return nil }
            return Listener(address: parts[0], port: port, inode: fields[9])
        }
    }

    private static func kernelText(_ address: IPAddress) -> Substring {
        let words = stride(from: 0, to: address.bytes.count, by: 4).map { Array(address.bytes[$0..<$0 + 4].reversed()) }
        return Hex.encode(words.flatMap { $0 }).uppercased()[...]
    }

    // MARK: Processes

    private static func holder(of inode: Substring) -> PortHolder? {
        let link = "socket:[\(inode)]"
        for name in (try? Files.names(in: "/proc")) ?? [] {
            guard let processID = Int32(name) else { continue }
            let folder = "/proc/\(name)/fd"
            let descriptors = (try? Files.names(in: folder)) ?? []
            guard descriptors.contains(where: { Files.linkTarget("\(folder)/\($0)") == link }) else { continue }
            let text = (try? Files.read("/proc/\(name)/comm", limitBytes: nameBytes)) ?? []
            let program = String(decoding: text.prefix { $0 != ASCII.lineFeed }, as: UTF8.self)
            return PortHolder(processID: processID, program: program)
        }
        return nil
    }

    /// Room for some hundred thousand sockets.
    private static let tableBytes = 64 << 20
    private static let nameBytes = 4096
}
