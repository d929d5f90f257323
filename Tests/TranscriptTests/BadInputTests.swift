import AdapterKit
import Foundation
import Model
import TestKit
import Testing

/// Every field of every body that a dialect describes, with all that it may not be.
@Suite("Bad input")
struct BadInputTests {
    private static let subject = TranscriptSubject.ahaSend
    private static let described = subject.personality.routes.filter { $0.description?.request != nil }

    @Test("Every route that is described with a body is tried")
    func complete() {
        #expect(Set(Self.described.compactMap(\.description?.name)) == Set(AhaSendSamples.all.keys))
    }

    @Test(
        "A body with one fault is refused by a sentence, and nothing is changed",
        arguments: AhaSendSamples.all.keys.sorted())
    func refused(_ name: String) async throws {
        let route = try #require(Self.described.first { $0.description?.name == name })
        let sample = try #require(AhaSendSamples.all[name])
        let client = try await AhaSendClient()
        defer { client.server.close() }
        let target = route.path(try await client.residents())
        let before = await client.listed(sample)
        let bad = try BadBodies(try #require(route.description?.request), good: Data(sample.body.utf8))
        #expect(bad.cases.count > 10)
        for one in bad.cases {
            let answer = await client.call(route.method.rawValue, target, one.body)
            let object = try? JSONSerialization.jsonObject(with: answer.body) as? [String: String]
            #expect(answer.status == 400 && object?["message"]?.isEmpty == false, "\(name): \(one.fault)")
        }
        let after = await client.listed(sample)
        #expect(after == before, "\(name)")
        #expect(await client.call(route.method.rawValue, target, Data(sample.body.utf8)).status / 100 == 2, "\(name)")
        #expect(await client.listed(sample) != before, "\(name)")
        #expect(client.server.disagreements == [])
    }
}

extension AhaSendClient {
    /// What a route's list says, but for the figures of deliveries, which go on beside it.
    fileprivate func listed(_ sample: AhaSendSamples.Sample) async -> String {
        await call("GET", sample.list).text.replacing(#/"success_count":[^}]*/#, with: "")
    }
}
