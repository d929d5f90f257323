import Base
public import Crypto
public import Model
public import Ports

/// What a rule may look at of a request, besides its body.
public struct IdempotencyContext: Sendable {
    public var personality: PersonalityID
    public var account: Account.ID
    public var mode: AccessKey.Mode
    public var method: String
    /// As it was resolved, with its parameters.
    public var path: String
    /// The route's pattern.
    public var route: String

    public init(
        personality: PersonalityID, account: Account.ID, mode: AccessKey.Mode, method: String = "", path: String = "",
        route: String = ""
    ) {
        self.personality = personality
        self.account = account
        self.mode = mode
        self.method = method
        self.path = path
        self.route = route
    }
}

/// How a rule reads a request: the key within its namespace, what the request comes down to. Pure.
extension IdempotencyRule {
    /// The record of a request. Of rules that compare commands only for what they compare none of: a command's
    /// fingerprint is the kernel's to make.
    public func record(_ key: IdempotencyKey, _ context: IdempotencyContext, body: [UInt8]) -> IdempotencyRecord {
        IdempotencyRecord(key: digest(key, context), fingerprint: SHA256.digest(meaning(of: body, context)))
    }

    /// The key in its namespace. Every part but the last ends with a byte that none of them has, so no two namespaces
    /// share a digest.
    public func digest(_ key: IdempotencyKey, _ context: IdempotencyContext) -> Digest256 {
        var name: [UInt8] = []
        name.reserveCapacity(64 + key.text.text.utf8.count)
        name.append(context.personality.name)
        name.append(ASCII.nul)
        name.appendDecimal(context.account.value)
        name.append(ASCII.nul)
        if scope.byMode { name.append(context.mode.rawValue) }
        name.append(ASCII.nul)
        if scope.byRoute {
            name.append(context.method)
            name.append(ASCII.space)
            name.append(context.route)
        }
        name.append(ASCII.nul)
        name.append(key.text.text)
        return SHA256.digest(name)
    }

    private func meaning(of body: [UInt8], _ context: IdempotencyContext) -> [UInt8] {
        var bytes: [UInt8] = []
        switch fingerprint {
        case .none, .command: return bytes
        case .exactBytes:
            bytes.append(context)
            bytes.append(contentsOf: body)
        case .canonicalJSON(let ignored, let nullIsAbsent):
            bytes.append(context)
            // What is no JSON is compared as it is; its handler refuses it.
            let document = try? JSONDocument(body, limits: JSONLimits(bytesMax: body.count))
            let canonical = document.map { JSONCanonical($0.root, ignoring: ignored, dropsNulls: nullIsAbsent).bytes }
            bytes.append(contentsOf: canonical ?? body)
        }
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ context: IdempotencyContext) {
        append(context.method)
        append(ASCII.nul)
        append(context.path)
        append(ASCII.nul)
    }
}
