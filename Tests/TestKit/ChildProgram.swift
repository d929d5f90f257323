import Glibc

/// A program that a test starts, found by PATH, and that is ended with this object.
///
/// It stands in the place of Foundation's `Process`, whose `run` has taken the test process down while other threads of
/// it came and went.
///
/// Unchecked Sendable: used from one thread at a time.
package final class ChildProgram: @unchecked Sendable {
    package struct Failed: Error {
        let arguments: [String]
        let status: Int32
    }

    private let arguments: [String]
    private let child: pid_t
    private var hasEnded = false
    /// The program reads what is written to `input`, which is nothing, and sees no end while it is open; what it says
    /// comes out of `output`.
    private let input: Int32
    private let output: Int32

    /// Its errors go nowhere.
    package init(_ arguments: [String]) throws {
        self.arguments = arguments
        let (childInput, input) = try Self.ends(arguments)
        let (output, childOutput) = try Self.ends(arguments)
        (self.input, self.output) = (input, output)
        defer {
            close(childInput)
            close(childOutput)
        }
        child = try Self.start(arguments, input: childInput, output: childOutput)
    }

    deinit {
        if !hasEnded {
            // A child inherits which signals are blocked, and SIGTERM may be among them.
            kill(child, SIGKILL)
            _ = Self.reap(child)
        }
        close(input)
        close(output)
    }

    /// Starts one that neither reads nor says anything, and waits for its end, which has to be a good one.
    package static func run(_ arguments: [String]) throws {
        let nowhere = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(nowhere) }
        let status = reap(try start(arguments, input: nowhere, output: nowhere))
        guard status == 0 else { throw Failed(arguments: arguments, status: status) }
    }

    /// What it said next, waiting for it; nil once it says nothing more.
    package func said() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var count: Int
        repeat { count = unsafe read(output, &buffer, buffer.count) } while count < 0 && errno == EINTR
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    private static func start(_ arguments: [String], input: Int32, output: Int32) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/bin:/bin"
        let words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
        let variables: [UnsafeMutablePointer<CChar>?] = unsafe [strdup("PATH=\(path)"), nil]
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var child: pid_t = 0
        let status = unsafe posix_spawnp(&child, arguments[0], &actions, nil, words, variables)
        guard status == 0 else { throw Failed(arguments: arguments, status: status) }
        return child
    }

    private static func reap(_ child: pid_t) -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status
    }

    /// A pipe, of which a program has only the end that it is given.
    private static func ends(_ arguments: [String]) throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw Failed(arguments: arguments, status: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
