import Base
import Posix
import Testing

@testable import Composition

@Suite("The machine's time zones")
struct ZoneFilesTests {
    private static let folder = "/usr/share/zoneinfo"

    @Test(
        "A name stays inside the folder, whatever it is made of",
        arguments: [
            ("Europe/Berlin", true), ("UTC", true), ("America/Argentina/Buenos_Aires", true), ("Etc/GMT+5", true),
            ("", false), ("/etc/passwd", false), ("../passwd", false), ("Europe/../../passwd", false),
            ("Europe//Berlin", false), ("Europe/", false), ("zone.tab", false), ("Europe/Ber lin", false),
            (String(repeating: "a", count: 65), false),
        ])
    func names(name: String, isOne: Bool) { #expect(ZoneFiles.isName(name) == isOne) }

    @Test(
        "A zone is read from its file, and what is none is none",
        .enabled(if: Files.exists(folder), "this machine has no time zone database"))
    func files() async throws {
        let workers = try WorkerPool(name: "zones", threads: 1, capacity: 10)
        defer { workers.stop() }
        let zones = ZoneFiles(workers: workers)
        let berlin = try #require(await zones.rules("Europe/Berlin"))
        #expect(berlin.offset(at: Instant(seconds: 1_782_894_600)) == 7200)
        #expect(await zones.rules("Europe/Berlin") == berlin)
        for name in ["Europe", "Mars/Base", "../passwd"] { #expect(await zones.rules(name) == nil) }
    }
}
