import HTTPWire
import Testing

@Suite("Connection state")
struct ConnectionStateTests {
    private static let limits = HTTPLimits.standard

    private func state(_ steps: (inout ConnectionState) -> Void) -> ConnectionState {
        var state = ConnectionState()
        steps(&state)
        return state
    }

    private func handling(_ state: inout ConnectionState) {
        state.headBegan()
        state.headRead()
        state.requestRead()
    }

    @Test("A kept-alive connection goes round and comes back to idle")
    func keepAlive() {
        var state = ConnectionState()
        var phases = [state.phase]
        for step: (inout ConnectionState) -> Void in [
            { $0.headBegan() }, { $0.headRead() }, { $0.requestRead() }, { $0.responded(keepAlive: true) },
            { $0.written() },
        ] {
            step(&state)
            phases.append(state.phase)
        }
        #expect(phases == [.idle, .readingHead, .readingBody, .handling, .writing, .idle])
    }

    @Test("A connection that closes lingers after its last answer")
    func close() {
        let state = state { state in
            handling(&state)
            state.responded(keepAlive: false)
            state.written()
        }
        #expect(state.phase == .lingering)
        #expect(state.reads)
    }

    @Test("A fault is answered and never kept alive")
    func fault() {
        var state = state { state in
            state.headBegan()
            state.faulted()
        }
        #expect(state.phase == .handling)
        state.responded(keepAlive: true)
        state.written()
        #expect(state.phase == .lingering)
        state.peerClosed()
        #expect(state.phase == .closed)
    }

    @Test("A body that is being made is not read past, and its client's end closes the connection")
    func streaming() {
        var state = state { state in
            handling(&state)
            state.streamBegan(keepAlive: true)
        }
        #expect(state.phase == .streaming && !state.reads)
        var ended = state
        ended.streamEnded()
        ended.written()
        #expect(ended.phase == .idle)
        let isAnswered = state.timedOut()
        #expect(!isAnswered && state.phase == .closed)
        state = self.state { state in
            handling(&state)
            state.streamBegan(keepAlive: true)
            state.peerClosed()
        }
        #expect(state.phase == .closed)
    }

    @Test("A peer that ends its side still gets the answer to its complete request")
    func halfClose() {
        var state = state { state in
            handling(&state)
            state.peerClosed()
        }
        #expect(state.phase == .handling)
        state.responded(keepAlive: true)
        #expect(state.phase == .writing)
        state.written()
        #expect(state.phase == .closed)
    }

    @Test("A peer that ends its side between or within requests is let go")
    func endOfStream() {
        #expect(state { $0.peerClosed() }.phase == .closed)
        let withinHead = state { state in
            state.headBegan()
            state.peerClosed()
        }
        #expect(withinHead.phase == .closed)
    }

    @Test("Each phase has its own timeout, and handling has none")
    func timeouts() {
        var state = ConnectionState()
        #expect(state.timeout(Self.limits) == .seconds(75))
        state.headBegan()
        #expect(state.timeout(Self.limits) == .seconds(15))
        #expect(!state.progressExtendsTimeout)
        state.headRead()
        #expect(state.timeout(Self.limits) == .seconds(30))
        #expect(state.progressExtendsTimeout)
        state.requestRead()
        #expect(state.timeout(Self.limits) == nil)
        state.responded(keepAlive: false)
        #expect(state.timeout(Self.limits) == .seconds(30))
        #expect(state.progressExtendsTimeout)
        state.written()
        #expect(state.timeout(Self.limits) == .seconds(2))
        #expect(!state.progressExtendsTimeout)
    }

    @Test("A timeout within a request is answered; otherwise the connection just ends")
    func timedOut() {
        var idle = ConnectionState()
        let idleIsAnswered = idle.timedOut()
        #expect(!idleIsAnswered)
        #expect(idle.phase == .closed)
        var reading = state { $0.headBegan() }
        let readingIsAnswered = reading.timedOut()
        #expect(readingIsAnswered)
        #expect(reading.phase == .handling)
        var writing = state { state in
            handling(&state)
            state.responded(keepAlive: true)
        }
        let writingIsAnswered = writing.timedOut()
        #expect(!writingIsAnswered)
        #expect(writing.phase == .closed)
    }

    @Test("Nothing is read while a request is handled or answered")
    func backpressure() {
        var state = state(handling)
        #expect(!state.reads)
        state.responded(keepAlive: true)
        #expect(!state.reads)
    }
}
