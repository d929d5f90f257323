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

    /// What a value has to be.
    private static func words(_ rule: FieldFault.Rule) -> String {
        switch rule {
        case .missing: "is missing"
        case .wrongType: "is of another type"
        case .unknownMember: "there is no such member"
        case .forbidden(let reason): "is not allowed: \(reason)"
        case .exclusive(let other): "cannot stand beside \(other)"
        case .requires(let other): "needs \(other)"
        case .email: "must be a mail address such as you@example.net"
        case .url: "must be an http or https URL"
        case .scheme(let allowed): "must begin with \(allowed.map { "\($0)://" }.joined(separator: " or "))"
        case .publicAddress: "leads to an address that is not public; egress.allow makes exceptions"
        case .domainName: "must be a domain such as example.com"
        case .timestamp: "must be a time such as 2027-01-01T10:00:00Z"
        case .future(let maximum): "must lie ahead, by \(DurationText.of(maximum)) at most"
        case .timezone: "must be a time zone such as Africa/Accra"
        case .boolean: "must be true or false"
        case .integer: "must be a whole number"
        case .range(let minimum, let maximum): "must lie between \(minimum) and \(maximum)"
        case .length(let maximum): "must have \(maximum) characters at most"
        case .count(let minimum, let maximum): "must have \(minimum) to \(maximum) elements"
        case .size(let maximum): "must have \(maximum) bytes at most"
        case .decimal: "must be a decimal number"
        case .oneOf(let words): "must be one of \(words.joined(separator: ", "))"
        case .identifier(let resource): "is the id of no \(resource)"
        case .cursor: "is no place in this list"
        case .headerName: "cannot be the name of a header field"
        case .headerValue: "cannot be the value of a header field"
        case .base64: "must be base64"
        case .cidr: "must be an address or a network such as 10.0.0.0/8"
        case .scopeName: "is no scope of this personality"
        case .eventName: "is no event of this personality"
        case .key: "is no key as this personality writes them"
        case .nothingToChange: "nothing is to be changed"
        case .locked: "cannot be changed any more"
        }
    }

    /// What an operator reads. Names what was asked for, never what a caller had sent.
    static func sentence(_ failure: KernelFailure) -> String {
        switch failure {
        case .notFound(let resource): "no such \(resource)"
        case .alreadyExists(let resource, let field): "a \(resource) with this \(field) exists already"
        case .wrongState(let resource, state: _, let operation): "the \(resource) is not in a state to \(operation)"
        case .invalid(let fault, _): "\(fault.field): \(words(fault.rule))"
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
