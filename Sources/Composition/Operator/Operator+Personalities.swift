import AdapterKit
import Base
import Kernel
import Model

extension Operator {
    /// Carries out a verb that a personality brings along.
    func run(
        _ verb: DialectVerb, of id: PersonalityID, _ given: Arguments
    ) async throws(KernelFailure) -> OperatorReply {
        guard let personality = runtime.personality(id) else {
            throw .internalError(incident: "a verb of an unregistered personality")
        }
        let call = VerbCall(
            operand: verb.operand == nil ? "" : given.operand, values: given.given, flags: given.flagsGiven,
            personality: id, ids: runtime.ids(personality), now: runtime.time.now, directory: runtime.directory,
            records: runtime.records.service, webhooks: runtime.webhooks.service,
            secretBox: SecretBox(runtime.records.sealing, random: runtime.random), people: runtime.people,
            options: runtime.configuration.options[id] ?? [:], random: runtime.random)
        switch try await verb.run(call) {
        case .json(let bytes): return .json(bytes)
        case .refused(let reason): return .refused(reason)
        }
    }
}
