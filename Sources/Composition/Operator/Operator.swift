import AdapterKit
import Base
import Kernel
import Model

/// Carries out operators' verbs: in the server for the control socket, or in the command's own process where no
/// server runs. The same code either way.
struct Operator: Sendable {
    let runtime: KernelRuntime
    let describe: OperatorJSON

    init(_ runtime: KernelRuntime) {
        self.runtime = runtime
        describe = OperatorJSON(runtime)
    }

    /// What came of a command line, which is one for operators and fits its verb.
    func run(_ operation: Verb.Operation, _ arguments: Arguments) async -> OperatorReply {
        do throws(KernelFailure) {
            return try await operation(self, arguments)
        } catch {
            return .refused(Self.sentence(error))
        }
    }

    /// What an operator reads. Names what was asked for, never what a caller had sent.
    static func sentence(_ failure: KernelFailure) -> String {
        switch failure {
        case .notFound(let resource): "no such \(resource)"
        case .alreadyExists(let resource, let field): "a \(resource) with this \(field) exists already"
        case .wrongState(let resource, state: _, let operation): "the \(resource) is not in a state to \(operation)"
        case .invalid(let fault, _): "\(fault.field): \(fault.rule)"
        case .proofNotFound(_, let record): "the record at \(record.name) is missing, or does not have the new key"
        case .dnsUnreadable: "DNS could not be read: try again"
        case .busy(let resource, let wait): "too early for the \(resource): \(wait.components.seconds + 1) s to wait"
        case .storageUnavailable: "the database cannot be written: check the disk (polyrelay's log says more)"
        case .overloaded: "the server is busy: try again"
        case .internalError(let incident): "internal error: \(incident)"
        default: "refused: \(failure)"
        }
    }
}
