package import AdapterKit
import Base
import HTTPServer
import HTTPWire
import Kernel
import MailFormat
import Model
import TestKit
import Testing

/// What every personality must keep to, whatever its dialect. An adapter's test target runs each check:
///
///     @Test("It keeps to what all personalities do", arguments: AdapterConformance.checks)
///     func conformance(_ check: AdapterCheck) throws { try check.run(on: PostStack()) }
package enum AdapterConformance {
    package static let checks = declaration + routes + scopes + failures + descriptions

    /// A personality's ids under a key of the tests' own.
    package static func ids(of personality: any Personality) -> PublicIDs {
        PublicIDs(key: Array(repeating: 1, count: 32), of: personality)
    }

    private static let declaration = [
        AdapterCheck("Its id is one word in lower case") { personality in
            #expect(personality.id.name.wholeMatch(of: /[a-z][a-z0-9-]*/) != nil)
        },
        AdapterCheck("Its gate does each check once, and the key's after the key is known") { personality in
            let gate = personality.gate
            #expect(Set(gate).count == gate.count)
            let credential = try #require(gate.firstIndex(of: .credential))
            for step in [GateStep.account, .address, .kind, .scope] {
                #expect(gate.firstIndex(of: step).map { $0 > credential } ?? true, "\(step)")
            }
        },
        AdapterCheck("Its scopes are words of its vocabulary") { personality in
            let scopes = personality.scopes
            #expect(Set(scopes.words).count == scopes.words.count)
            #expect(scopes.words.allSatisfy { !$0.isEmpty && !$0.contains(" ") })
            #expect(scopes.superset.map(scopes.words.contains) ?? true)
            #expect(scopes.defaults.allSatisfy(scopes.words.contains))
        },
        AdapterCheck("A key's beginning tells its kind and mode") { personality in
            let prefixes = personality.credentials.prefixes.map(\.text)
            #expect(Set(prefixes).count == prefixes.count)
            for prefix in prefixes {
                #expect(prefixes.filter { prefix.hasPrefix($0) } == [prefix])
            }
        },
        AdapterCheck("A key that was minted for it is read back from the field it is sent in") { personality in
            let reader = CredentialReader(form: personality.credentials)
            for prefix in personality.credentials.prefixes {
                let secret = Secret.mint(prefix: prefix.text, random: SeededRandom(seed: 1))
                let token = try reader.token(in: Array("\(personality.credentials.scheme) \(secret.text)".utf8)[...])
                #expect(token.elementsEqual(secret.text.utf8))
            }
        },
        AdapterCheck("Every rate class that it names has tiers, each with room and a length") { personality in
            for rateClass in [personality.defaultRateClass] + personality.routes.map(\.rateClass) {
                let tiers = try #require(personality.rateTiers[rateClass], "\(rateClass.name)")
                #expect(tiers.allSatisfy { $0.limit > 0 && $0.hasLength })
            }
        },
        AdapterCheck("Its options have names of their own, and stand as they may be set") { personality in
            let options = personality.options
            #expect(Set(options.map(\.name)).count == options.count)
            for option in options {
                #expect(option.name.utf8.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) }, "\(option.name)")
                #expect(option.allows(option.standard) && option.local.map(option.allows) != false, "\(option.name)")
                #expect(!option.help.isEmpty, "\(option.name)")
            }
        },
        AdapterCheck("Its pace lets mail out, and of each collection of records one timer hears") { personality in
            #expect(personality.pace.map { $0.perSecond > 0 } ?? true)
            let collections = personality.recordTimers.map(\.collection)
            #expect(Set(collections).count == collections.count)
        },
        AdapterCheck("Request ids stand in a field that may be sent, and are long enough to be unique") { personality in
            let form = personality.requestID
            #expect(FieldName(form.headerName) != nil)
            #expect(form.randomCharacters >= 13)
        },
        AdapterCheck("Its DKIM selectors are four names that may stand in DNS") { personality in
            let selectors = SigningKey.Algorithm.allCases.flatMap { algorithm in
                SigningKey.Slot.allCases.map { personality.selectors[algorithm, $0] }
            }
            #expect(Set(selectors).count == selectors.count)
            for selector in selectors { #expect((try? DomainName(parsing: selector)) != nil, "\(selector)") }
        },
        AdapterCheck("Public ids are unlike each other and read back, and nobody else's do") { personality in
            let ids = PublicIDs(key: Array(repeating: 1, count: 32), of: personality)
            let others = PublicIDs(key: Array(repeating: 2, count: 32), of: personality)
            let texts = (1...200 as ClosedRange<Int64>).map { ids.messages.text(Message.ID($0)) }
            #expect(Set(texts).count == 200)
            for (index, text) in texts.enumerated() {
                #expect(ids.messages.id(in: text) == Message.ID(Int64(index) + 1))
                guard personality.ids[.message] ?? .integer != .integer else { continue }
                #expect(others.messages.id(in: text) != Message.ID(Int64(index) + 1))
            }
        },
    ]

    private static let routes = [
        AdapterCheck("Its routes are told apart") { personality in
            _ = try Router(personality.routes)
            #expect(!personality.routes.isEmpty)
        },
        AdapterCheck("Its patterns are paths of whole segments, each parameter named once") { personality in
            for route in personality.routes {
                let segments = route.pattern.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
                #expect(route.pattern.hasPrefix("/") && segments.allSatisfy { !$0.isEmpty }, "\(route.pattern)")
                let parameters = segments.filter { $0.hasPrefix(":") }
                #expect(Set(parameters).count == parameters.count && !parameters.contains(":"), "\(route.pattern)")
            }
        },
        AdapterCheck("What a route asks of a key, a key can hold") { personality in
            for route in personality.routes where route.requirement.needsCredential {
                let words = personality.scopes.words + personality.scopes.domainActions
                #expect(route.requirement.anyOf.allSatisfy(words.contains), "\(route.pattern)")
                let credentials = personality.credentials
                let kinds = credentials.prefixes.map(\.kind) + (credentials.takesWebTokens ? [.webToken] : [])
                #expect(route.requirement.kinds.contains(where: kinds.contains), "\(route.pattern)")
            }
        },
        AdapterCheck("A route that asks for no key and changes something says what it asks for in its place") {
            personality in
            for route in personality.routes where !route.requirement.needsCredential && route.method != .get {
                #expect(route.safeguard != nil, "\(route.pattern)")
                // Answers are not kept for somebody who is not known.
                #expect(route.idempotency == nil, "\(route.pattern)")
            }
        },
        AdapterCheck("A route that shows pages keeps no answers") { personality in
            for route in personality.routes where route.face == .page {
                #expect(route.idempotency == nil, "\(route.pattern)")
            }
        },
        AdapterCheck("Where a path names an account, the gate asks whose it is, and the id has a form of its own") {
            personality in
            guard personality.routes.contains(where: { $0.accountParameter != nil }) else { return }
            #expect(personality.gate.contains(.pathAccount))
            #expect(personality.ids[.account] != nil)
        },
        AdapterCheck("A route that takes a body has room for one") { personality in
            #expect(personality.routes.allSatisfy { $0.bodyLimitBytes > 0 })
        },
    ]

    private static let failures = [
        AdapterCheck("Every failure of the kernel is among those that are tried") { _ in
            #expect(Set(FailureSamples.all.map(FailureSamples.number)) == Set(0...FailureSamples.lastNumber))
        },
        AdapterCheck("Every failure has an error status and a body that its clients can read") { personality in
            for failure in FailureSamples.all {
                let answer = personality.answer(failure, to: facts)
                #expect((400...599).contains(answer.status), "\(failure)")
                #expect(!answer.body.isEmpty, "\(failure)")
                guard answer.contentType.hasPrefix(Answer.json) else { continue }
                #expect(
                    (try? JSONDocument(answer.body, limits: JSONLimits(bytesMax: answer.body.count))) != nil,
                    "\(failure)")
            }
        },
        AdapterCheck("Every failure has a page of the same status, which shows nothing of the failure's own") {
            personality in
            for failure in FailureSamples.all {
                let page = personality.page(failure, to: facts)
                #expect(page.status == personality.answer(failure, to: facts).status, "\(failure)")
                #expect(page.contentType.hasPrefix("text/html"), "\(failure)")
                let text = String(decoding: page.body, as: UTF8.self)
                #expect(!text.contains("<b>") && !text.contains(FailureSamples.incident), "\(failure)")
            }
        },
        AdapterCheck("An answer's fields may be sent as they are") { personality in
            for failure in FailureSamples.all {
                for field in personality.answer(failure, to: facts).fields {
                    #expect(FieldName(field.name) != nil, "\(failure)")
                    #expect(field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "\(failure)")
                }
            }
        },
        AdapterCheck(
            "Where it takes mail, every failure is a negative reply at every stage, and says nothing of others"
        ) {
            personality in
            guard let smtp = personality.smtp else { return }
            for failure in FailureSamples.all {
                for stage in SMTPStage.allCases {
                    let reply = smtp.reply(failure, stage, SMTPPeer())
                    #expect((400...599).contains(reply.code) && reply.subject <= 7, "\(failure)")
                    #expect(!reply.text.isEmpty && !reply.text.contains(FailureSamples.incident), "\(failure)")
                    #expect(!reply.text.contains(FailureSamples.hostile.text), "\(failure)")
                    if failure.isTemporary, case .internalError = failure { #expect(reply.code < 500) }
                }
            }
            for failure in [KernelFailure.storageUnavailable, .overloaded(retryAfter: .seconds(1))] {
                #expect(smtp.reply(failure, .message, SMTPPeer()).code < 500, "a message that may be sent again later")
            }
        },
        AdapterCheck("The same failure has the same face each time") { personality in
            for failure in FailureSamples.all {
                #expect(personality.answer(failure, to: facts) == personality.answer(failure, to: facts))
            }
        },
        AdapterCheck("What is ours to mend is a server's error, and says nothing of the inside") { personality in
            let answer = personality.answer(.internalError(incident: FailureSamples.incident), to: facts)
            #expect(answer.status >= 500)
            #expect(!String(decoding: answer.body, as: UTF8.self).contains(FailureSamples.incident))
            for failure in [KernelFailure.storageUnavailable, .draining, .overloaded(retryAfter: .seconds(1))] {
                #expect(personality.answer(failure, to: facts).status >= 500, "\(failure)")
            }
        },
        AdapterCheck("Who is asked to wait is told a whole number of seconds, and never zero") { personality in
            for failure in FailureSamples.all {
                for field in personality.answer(failure, to: facts).fields
                where FieldName(field.name) == FieldName("Retry-After") {
                    #expect((Int(field.value) ?? 0) > 0, "\(failure)")
                }
            }
        },
        AdapterCheck("A failure of a request that could not be read is rendered too") { personality in
            let unread = RequestFacts(method: "", path: "", requestID: "r")
            for failure in FailureSamples.all { #expect(!personality.answer(failure, to: unread).body.isEmpty) }
        },
        AdapterCheck("Rate fields may be sent as they are, at any count") { personality in
            for remaining in [0, 1, .max] {
                let window = WindowState(
                    limit: .max, remaining: remaining, resetAt: Fixture.start, retryAfter: .milliseconds(1))
                for field in personality.fields(for: window) {
                    #expect(FieldName(field.name) != nil)
                    #expect(field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
                }
            }
        },
    ]

    private static let facts = RequestFacts(method: "POST", path: "/x\"\r\n", requestID: "req_1")
}

extension RateTier {
    fileprivate var hasLength: Bool {
        switch window {
        case .aligned(let length), .fromFirst(let length): length > .zero
        case .bucket(let refill, let burst): refill > .zero && burst > 0
        case .month: true
        }
    }
}
