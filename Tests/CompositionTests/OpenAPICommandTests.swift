import AdapterKit
import Base
import Model
import Testing

@testable import Composition

@Suite("openapi")
struct OpenAPICommandTests {
    @Test("It prints a document for each personality that describes routes", arguments: OpenAPICommand.described)
    func described(_ name: String) throws {
        let text = Array(try OpenAPICommand.text(of: name).utf8)
        let document = try JSONDocument(text, limits: JSONLimits(bytesMax: text.count))
        #expect(document.root["openapi"]?.string == "3.1.0")
        #expect(document.root["paths"]?.members?.contains { $0.name.hasPrefix("/") } == true)
    }

    @Test("A name that is none is refused with the nearest, one that describes nothing with those that do")
    func refused() throws {
        let name = try #require(OpenAPICommand.described.first)
        let misspelt = #expect(throws: UsageError.self) { try OpenAPICommand.text(of: name + "x") }
        #expect(misspelt?.text.contains("did you mean \(name)?") == true)
        if let silent = Adapters.all.first(where: { $0.description == nil })?.id.name {
            let undescribed = #expect(throws: UsageError.self) { try OpenAPICommand.text(of: silent) }
            #expect(undescribed?.text.contains(name) == true)
        }
    }
}
