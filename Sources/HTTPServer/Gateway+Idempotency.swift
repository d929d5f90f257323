import AdapterKit
import Base
import Kernel
import Model
import Ports

/// Routes whose answers are kept: what is done, and the answer about it, are one commit.
extension Gateway {
    /// The answer, and the failure that it renders if it is a refusal. `call` makes the call for its caller.
    func carryOut(
        _ planner: Route.Planner, _ route: Route, _ admission: Gate.Admission, _ facts: RequestFacts, _ isCoded: Bool,
        _ call: (Principal?) -> Call
    ) async throws(KernelFailure) -> (answer: Answer, failure: KernelFailure?) {
        let caller = if let claimant = admission.claimant { claimant } else { try admission.principal.get() }
        guard let rule = route.idempotency, let claimant = caller, let key = try call(claimant).idempotencyKey() else {
            _ = try admission.principal.get()
            if isCoded { throw .codingUnsupported }
            return (try await plan(planner, route, call(caller)).run(), nil)
        }
        let request = call(claimant)
        let context = IdempotencyContext(
            personality: claimant.personality, account: claimant.account, mode: claimant.mode, method: facts.method,
            path: facts.path, route: route.pattern)
        let personality = personality
        do throws(KernelFailure) {
            let answered = try await idempotency.answer(
                rule, rule.record(key, context, body: request.body),
                refusal: { Self.stored(personality.answer($0, to: facts)) }
            ) { () async throws(KernelFailure) in
                _ = try admission.principal.get()
                if isCoded { throw .codingUnsupported }
                return try await plan(planner, route, request).map(Self.stored).kernel
            }
            return (answer(answered, rule, facts), answered.failure)
        } catch {
            return (answer(error, to: facts, by: route), error)
        }
    }

    /// What a planner wants done, once it has asked all that its route demands.
    private func plan(
        _ planner: Route.Planner, _ route: Route, _ call: Call
    ) async throws(KernelFailure) -> AdapterKit.Plan<Answer> {
        try call.authoriseBody()
        let plan = try await planner(call)
        try Self.checkAuthorised(call, route)
        return plan
    }

    // MARK: Answers

    @Sendable private static func stored(_ answer: Answer) -> StoredAnswer {
        StoredAnswer(status: answer.status, body: answer.body)
    }

    private static func answer(_ stored: StoredAnswer) -> Answer { Answer(status: stored.status, body: stored.body) }

    private func answer(
        _ answered: Idempotency.Answered, _ rule: IdempotencyRule, _ facts: RequestFacts
    ) -> Answer {
        var answer = Self.answer(answered.answer)
        guard answered.isReplay else { return answer }
        answer = personality.replay(answer, to: facts)
        if case .bytes(let marker?) = rule.replay { answer.fields.append(AnswerField(marker, "true")) }
        return answer
    }
}
