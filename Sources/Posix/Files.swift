import CLinux
import Glibc

/// The file system, as far as the server touches it. Every call may block: none is made on a shard.
public enum Files {
    /// Reads the whole file; `limitBytes` bounds it (EFBIG above).
    public static func read(_ path: String, limitBytes: Int) throws(PosixError) -> [UInt8] {
        let file = try open(path, O_RDONLY)
        var content: [UInt8] = []
        let chunk = 65536
        while true {
            let start = content.count
            if start > limitBytes { throw PosixError("read", number: EFBIG) }
            content.append(contentsOf: repeatElement(0, count: chunk))
            let count = try SystemCall.run("read") {
                unsafe content.withUnsafeMutableBytes { buffer in
                    unsafe Glibc.read(file.number, buffer.baseAddress?.advanced(by: start), chunk)
                }
            }
            content.removeLast(chunk - count)
            if count == 0 { return content }
        }
    }

    /// Makes a new file with `content` that is on disk when this returns: the file is synced, then its folder.
    /// EEXIST if it exists. Where it cannot be made whole, nothing of it is left: on a full disk the remains would take
    /// the place of what could still be written.
    public static func createDurably(_ path: String, mode: UInt32, content: [UInt8]) throws(PosixError) {
        let file = try open(path, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
        do throws(PosixError) {
            try file.writeAll(content)
            try sync(file)
            try syncFolder(of: path)
        } catch {
            try? remove(path)
            throw error
        }
    }

    /// Removes a file; one that is not there is not an error.
    public static func remove(_ path: String) throws(PosixError) {
        do {
            _ = try SystemCall.run("unlink") { unsafe unlink(path) }
        } catch  where error.number == ENOENT {
        }
    }

    /// Makes the folder and those above it, mode 0700, and their names durable; one that exists stays as it is.
    public static func makeFolder(_ path: String) throws(PosixError) {
        guard !path.isEmpty, path != "/", !exists(path) else { return }
        try makeFolder(parent(of: path))
        do {
            _ = try SystemCall.run("mkdir") { unsafe mkdir(path, 0o700) }
        } catch  where error.number == EEXIST {
        }
        try syncFolder(of: path)
    }

    /// Gives a file another name in the same file system, in place of one that has it. Both folders are then to be
    /// synced (`syncFolder`) before the new name outlives a crash.
    public static func move(_ path: String, to newPath: String) throws(PosixError) {
        _ = try SystemCall.run("rename") { unsafe rename(path, newPath) }
    }

    public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Gives a file a second name in the same file system. ENOENT where there is none.
    public static func link(_ path: String, to newPath: String) throws(PosixError) {
        _ = try SystemCall.run("link") { unsafe Glibc.link(path, newPath) }
    }

    /// Removes a folder of files with them; one that is not there is not an error.
    public static func removeFolder(_ path: String) throws(PosixError) {
        guard exists(path) else { return }
        for name in try names(in: path) { try remove("\(path)/\(name)") }
        _ = try SystemCall.run("rmdir") { unsafe rmdir(path) }
    }

    /// Who may do what with a file, as chmod(2) has it; nil where there is none that can be seen.
    public static func mode(_ path: String) -> UInt32? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return status.st_mode & 0o7777
    }

    public static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Bytes of a file; nil where there is none that can be seen.
    public static func size(_ path: String) -> Int? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Int(status.st_size)
    }

    /// The names in a folder, without `.` and `..`, in no order.
    public static func names(in path: String) throws(PosixError) -> [String] {
        guard let folder = unsafe opendir(path) else { throw PosixError("opendir", number: errno) }
        defer { unsafe _ = closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// What a symbolic link leads to; nil where there is none that can be read.
    public static func linkTarget(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink(path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    public static func setMode(_ path: String, _ mode: UInt32) throws(PosixError) {
        _ = try SystemCall.run("chmod") { unsafe chmod(path, mode) }
    }

    /// The folder that `path` stands in; `.` for a bare name.
    public static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Syncs the folder of `path`, without which a new name may be lost though its content is not (fsync(2)).
    public static func syncFolder(of path: String) throws(PosixError) {
        try sync(try open(parent(of: path), O_RDONLY | O_DIRECTORY))
    }

    static func open(_ path: String, _ flags: Int32, mode: UInt32 = 0) throws(PosixError) -> FileDescriptor {
        FileDescriptor(owning: try SystemCall.run("open") { unsafe polyrelay_open(path, flags, mode) })
    }

    private static func sync(_ file: borrowing FileDescriptor) throws(PosixError) {
        _ = try SystemCall.run("fsync") { fsync(file.number) }
    }
}

/// An exclusive lock on a file (flock(2)): held until the value goes, and by the kernel's doing also when the process
/// dies. One process at a time owns a database this way.
public struct FileLock: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// nil if another process holds it.
    public static func acquire(_ path: String) throws(PosixError) -> FileLock? {
        let descriptor = try Files.open(path, O_RDWR | O_CREAT, mode: 0o600)
        let number = descriptor.number
        guard case .done = try SystemCall.attempt("flock", { flock(number, LOCK_EX | LOCK_NB) }) else { return nil }
        return FileLock(descriptor: descriptor)
    }

    private init(descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
}
