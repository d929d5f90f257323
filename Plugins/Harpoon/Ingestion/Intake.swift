import AdapterKit
import Base
import Model

/// What comes in by a line, into the ledger: tells it from its repetition, finds whose money it is, holds its balance
/// against the line's, and makes all of that on disk in one unit.
struct Intake: Sendable {
    let ledger: Ledger
    let rules: IntakeRules

    enum Outcome: Sendable, Equatable {
        /// Kept, in this state.
        case kept(Record.ID, Receipt.State)
        /// It was here before.
        case repeated
    }

    /// A text of a line.
    func take(_ text: ForwardedText, on line: Stored<Line>) async throws(KernelFailure) -> Outcome {
        let text = ForwardedText(
            sender: text.sender, message: String(text.message.prefix(HarpoonLimits.smsCharacters)),
            receivedAt: text.receivedAt)
        return try await ledger.trying(HarpoonLimits.textTries) { () async throws(KernelFailure) -> Outcome in
            guard TextJudge.isTrusted(text.sender, line.value.trustedSenders) else {
                return try await keep(judged(text, line).receipt)
            }
            let memory = try await memory(of: line)
            let (whole, part) = join(text, memory.value.part, line)
            let (receipt, effect) = judged(whole, line)
            var changed = memory
            changed.value.part = part == nil && receipt.isFragment ? LineMemory.Part(text, at: ledger.now) : nil
            // A part that nothing was joined to stands for a text that nobody understands.
            if memory.value.part != nil, part == nil { changed.value.chain.startAnew() }
            return try await commit(receipt, receipt.isCut ? .none : effect, changed, part, line)
        }
    }

    /// A payment that was read already; `line` nil: nobody's.
    func take(_ receipt: Receipt, on line: Stored<Line>?) async throws(KernelFailure) -> Outcome {
        try await ledger.trying(HarpoonLimits.textTries) { () async throws(KernelFailure) -> Outcome in
            guard let line else { return try await commit(receipt, .none, nil, nil, nil) }
            let memory = try await memory(of: line)
            return try await commit(receipt, receipt.payment?.effect ?? .none, memory, nil, line)
        }
    }

    // MARK: Reading

    /// What a text is, and what it says of the balance.
    private func judged(_ text: ForwardedText, _ line: Stored<Line>) -> (receipt: Receipt, effect: BalanceEffect) {
        var receipt = Receipt(
            state: .review, provider: line.value.provider, line: line.record.id, sender: text.sender,
            text: text.message, claimedAt: text.receivedAt, arrivedAt: ledger.now)
        if let claimedAt = text.receivedAt, !Receipt.isCredible(claimedAt, at: ledger.now) {
            receipt.warnings.append("the forwarder's clock is off")
        }
        switch verdict(text, line) {
        case .incoming(let payment):
            receipt.payment = payment
            return (receipt, payment.effect)
        case .suspicious(let reason):
            receipt.state = .suspicious
            receipt.reason = reason
            return (receipt, .none)
        case .other(let effect):
            receipt.state = .other
            return (receipt, effect)
        case .unread:
            receipt.reason = "of no known form"
            return (receipt, .unknown)
        }
    }

    private func verdict(_ text: ForwardedText, _ line: Stored<Line>) -> TextJudge.Verdict {
        TextJudge.verdict(
            text.message, from: text.sender, on: line.value.provider, senders: line.value.trustedSenders)
    }

    /// A text with the part before it, in either order, where the two are a whole receipt and neither is one.
    private func join(
        _ text: ForwardedText, _ part: LineMemory.Part?, _ line: Stored<Line>
    ) -> (whole: ForwardedText, part: LineMemory.Part?) {
        guard let part, part.sender == text.sender, ledger.now - part.arrivedAt <= HarpoonLimits.partsApart,
            judged(text, line).receipt.isFragment
        else { return (text, nil) }
        for message in [part.text + text.message, text.message + part.text] {
            var whole = text
            whole.message = message
            if case .incoming(let payment) = verdict(whole, line), payment.telcoID != nil { return (whole, part) }
        }
        return (text, nil)
    }

    // MARK: Whose it is

    /// What is made of a receipt before its balance is looked at.
    private struct Match {
        var receipt: Receipt
        /// The payment that it is for, and what becomes of it if the money is there.
        var stored: Stored<Transaction>?
        var next: Transaction?
        var doubt: String?
    }

    private func match(_ receipt: Receipt) async throws(KernelFailure) -> Match {
        var match = Match(receipt: receipt)
        guard let payment = receipt.payment else { return match }
        let waiting = try await waiting(for: payment)
        guard waiting.count == 1, let stored = waiting.first else {
            match.receipt.state = payment.telcoID == nil ? .review : .unmatched
            match.receipt.reason =
                waiting.isEmpty ? "no waiting payment's code in it" : "several waiting payments' codes in it"
            return match
        }
        switch Matching.verdict(payment, for: stored.value) {
        case .none(let reason):
            match.receipt.state = payment.telcoID == nil ? .review : .unmatched
            match.receipt.reason = reason
            return match
        case .settles: break
        case .doubtful(let reason): match.doubt = reason
        }
        match.receipt.state = match.doubt == nil ? .matched : .held
        match.receipt.reason = match.doubt
        match.receipt.transaction = stored.record.id
        match.stored = stored
        match.next = try? stored.value.paid(by: payment.payment(at: receipt.paidAt), doubt: match.doubt, at: ledger.now)
        return match
    }

    /// The waiting payments whose codes stand in the reference.
    private func waiting(for payment: IncomingPayment) async throws(KernelFailure) -> [Stored<Transaction>] {
        var waiting: [Stored<Transaction>] = []
        for code in payment.codes {
            let key = RecordKey(Transaction.codeIndex, code.text)
            guard let record = try await ledger.desk.record(key, in: Transaction.collection),
                record.state == TransactionState.pending.rawValue
            else { continue }
            waiting.append(Stored(record: record, value: try Transaction(record)))
        }
        // Its time is over by the server's clock, whether or not it was woken yet.
        return waiting.filter { $0.value.expiresAt > ledger.now }
    }

    // MARK: Together

    /// A line's memory: as it is on disk, or a new one.
    private struct Memory {
        var record: Record?
        var value: LineMemory
    }

    private func memory(of line: Stored<Line>) async throws(KernelFailure) -> Memory {
        let key = LineMemory.key(of: line.record.id)
        guard let record = try await ledger.desk.record(key, in: LineMemory.collection) else {
            return Memory(record: nil, value: LineMemory())
        }
        return Memory(record: record, value: try LineMemory(record))
    }

    /// Everything that one text brings about, in one unit. `part`: the text that was joined to this one.
    private func commit(
        _ receipt: Receipt, _ effect: BalanceEffect, _ memory: Memory?, _ part: LineMemory.Part?, _ line: Stored<Line>?
    ) async throws(KernelFailure) -> Outcome {
        var match = try await match(receipt)
        var batch = Batch(ledger: ledger, rules: rules)
        if var memory, let line {
            if line.value.checksBalance {
                let outcome = memory.value.chain.take(
                    effect, holding: held(match), at: ledger.now, wait: rules.wait)
                match.receipt.warnings += outcome.warnings
                if !outcome.isContinued { wait(&match) }
                for held in outcome.freed { try await batch.free(held, of: line.value.provider) }
                for held in outcome.disproved { try await batch.disprove(held, of: line.value.provider) }
            } else {
                memory.value.chain = BalanceChain()
            }
            remember(memory, line, &batch)
        }
        if let part, let line { try await drop(part, line, &batch) }
        if let stored = match.stored {
            guard let next = match.next else { throw .internalError(incident: "a waiting payment cannot be paid") }
            batch.edit(stored, to: next)
        }
        batch.forward(&match.receipt)
        do throws(KernelFailure) {
            let receipts = try await ledger.commit(
                [.insert(insertion(match.receipt))] + batch.steps, batch.news)
            return .kept(receipts[0].id, match.receipt.state)
        } catch .alreadyExists(.record(Receipt.collection), field: Receipt.telcoIndex.name) {
            return try await repeated(receipt)
        } catch .alreadyExists(.record(Receipt.collection), field: Receipt.textIndex.name) {
            return .repeated
        }
    }

    /// Money that a gap would hold: that of a payment, and that of none which would be unmatched.
    private func held(_ match: Match) -> BalanceChain.Held? {
        guard let telcoID = match.receipt.payment?.telcoID, match.doubt == nil else { return nil }
        return BalanceChain.Held(telcoID: telcoID, transaction: match.receipt.transaction, since: ledger.now)
    }

    /// Its balance does not go on from the line's. What is doubtful is a person's already.
    private func wait(_ match: inout Match) {
        guard let payment = match.receipt.payment, payment.telcoID != nil, match.doubt == nil else { return }
        match.receipt.state = .waiting
        match.receipt.reason = "its balance does not go on from the line's"
        match.next = try? match.stored?.value.waits(
            with: payment.payment(at: match.receipt.paidAt), until: ledger.now + rules.wait, at: ledger.now)
    }

    private func remember(_ memory: Memory, _ line: Stored<Line>, _ batch: inout Batch) {
        if let record = memory.record {
            guard record.body != memory.value.body else { return }
            batch.steps.append(
                .edit(
                    RecordEdit(
                        record.id, collection: LineMemory.collection, expecting: .version(record.version),
                        state: LineMemory.state, body: memory.value.body)))
        } else if !memory.value.chain.isEmpty || memory.value.part != nil {
            batch.steps.append(
                .insert(
                    NewRecord(
                        in: ledger.desk.space(LineMemory.collection), state: LineMemory.state,
                        body: memory.value.body, keys: [LineMemory.key(of: line.record.id)])))
        }
    }

    /// The receipt of a part is nobody's business any more once the whole is there.
    private func drop(
        _ part: LineMemory.Part, _ line: Stored<Line>, _ batch: inout Batch
    ) async throws(KernelFailure) {
        let key = Receipt.textKey(line.record.id, part.sender, part.claimedAt, part.text)
        guard let record = try await ledger.desk.record(key, in: Receipt.collection) else { return }
        var receipt = try Receipt(record)
        receipt.state = .dismissed
        receipt.reason = "a part of a text that is there as a whole"
        batch.steps.append(ledger.edit(Stored(record: record, value: try Receipt(record)), to: receipt))
    }

    // MARK: Keeping

    private func keep(_ receipt: Receipt, isConflict: Bool = false) async throws(KernelFailure) -> Outcome {
        do throws(KernelFailure) {
            let receipts = try await ledger.commit([.insert(insertion(receipt, isConflict: isConflict))], [])
            return .kept(receipts[0].id, receipt.state)
        } catch .alreadyExists(.record(Receipt.collection), field: Receipt.textIndex.name) {
            return .repeated
        }
    }

    private func insertion(_ receipt: Receipt, isConflict: Bool = false) -> NewRecord {
        NewRecord(
            in: ledger.desk.space(Receipt.collection), state: receipt.state.rawValue, body: receipt.body,
            keys: receipt.keys(isConflict: isConflict))
    }

    /// The first one with an id counts. One that says something else is kept beside it for a person, and changes
    /// nothing.
    private func repeated(_ receipt: Receipt) async throws(KernelFailure) -> Outcome {
        guard let id = receipt.payment?.telcoID,
            let first = try await ledger.receipt(receipt.provider, id), !receipt.agrees(with: first.value)
        else { return .repeated }
        var conflict = receipt
        conflict.state = .review
        conflict.transaction = nil
        conflict.reason = "another text with the same transaction id says something else"
        return try await keep(conflict, isConflict: true)
    }
}

extension Receipt {
    /// A receipt that was cut off before its id.
    var isCut: Bool { payment != nil && payment?.telcoID == nil && text != nil }

    /// It may be the part of a text.
    fileprivate var isFragment: Bool { isCut || (payment == nil && state == .review) }
}

extension LineMemory.Part {
    fileprivate init(_ text: ForwardedText, at now: Instant) {
        self.init(sender: text.sender, text: text.message, claimedAt: text.receivedAt, arrivedAt: now)
    }
}
