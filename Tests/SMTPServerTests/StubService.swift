import Base
import Kernel
import SMTPServer
import SMTPWire
import Synchronization

/// Takes everything from everybody, but for what its names ask for: messages wait at a gate if they are told to.
final class StubService: SMTPService {
    private struct State {
        var taken: [ReceivedMail] = []
        var isHolding = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    let name = "letters"
    let idleTimeout: Duration?
    /// One element for each message that has come so far.
    let arrivals: AsyncStream<Int>
    private let arrived: AsyncStream<Int>.Continuation
    private let state = Mutex(State())

    init(idleTimeout: Duration? = nil) {
        self.idleTimeout = idleTimeout
        (arrivals, arrived) = AsyncStream.makeStream()
    }

    var taken: [ReceivedMail] { state.withLock { $0.taken } }

    func hold() { state.withLock { $0.isHolding = true } }

    func release() {
        let held = state.withLock { state in
            state.isHolding = false
            defer { state.held = [] }
            return state.held
        }
        for one in held { one.resume() }
    }

    func client(at address: IPAddress?) -> SMTPClient { SMTPClient(address: address) }

    func authenticate(
        _ credentials: ServerCredentials, _ client: SMTPClient
    ) async -> (answer: SMTPAnswer, client: SMTPClient) {
        let isGood = credentials.password.elementsEqual("secret".utf8)
        guard isGood else {
            return (.refused(Reply(.credentialsInvalid, .credentialsInvalid, "No"), .credentialUnknown), client)
        }
        return (.accepted(Reply(.authenticationSucceeded, .authenticationSucceeded, "Welcome")), client)
    }

    func begin(_ sender: ReversePath, _ client: SMTPClient) -> (answer: SMTPAnswer, client: SMTPClient) {
        (.accepted(Reply(.completed, .senderValid, "Ok")), client)
    }

    func check(_ recipient: EnvelopeRecipient, _ client: SMTPClient) -> SMTPAnswer {
        .accepted(Reply(.completed, .recipientValid, "Ok"))
    }

    func accept(_ mail: ReceivedMail, _ client: SMTPClient) async -> SMTPAnswer {
        let count = state.withLock { state in
            state.taken.append(mail)
            return state.taken.count
        }
        arrived.yield(count)
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if state.isHolding { state.held.append(continuation) }
                return !state.isHolding
            }
            if goesOn { continuation.resume() }
        }
        return .accepted(Reply(.completed, .success, "Taken"))
    }
}
