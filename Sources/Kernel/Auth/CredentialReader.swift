import Base
public import Model

/// Takes the key out of a request's header fields.
public struct CredentialReader: Sendable {
    public let form: CredentialForm
    private let scheme: [UInt8]
    private let prefixes: [[UInt8]]

    public init(form: CredentialForm) {
        self.form = form
        scheme = form.scheme.utf8.map(ASCII.lowercased)
        prefixes = form.takesAnyForm ? [] : form.prefixes.map { Array($0.text.utf8) }
    }

    /// The key's bytes. `authorization` and `keyField` are the values of the two fields, nil where they are absent; an
    /// empty key field is as good as none.
    public func token(
        authorization: ArraySlice<UInt8>?, keyField: ArraySlice<UInt8>?
    ) throws(KernelFailure) -> ArraySlice<UInt8> {
        guard let key = keyField, !key.isEmpty else {
            guard let authorization else { throw .credentialMissing }
            return try token(in: authorization)
        }
        guard let authorization else { return try checked(key) }
        switch form.precedence {
        case .authorization: return try token(in: authorization)
        case .keyField: return try checked(key)
        case .wellFormedAuthorization:
            if let token = try? token(in: authorization) { return token }
            return try checked(key)
        }
    }

    /// The key's bytes in the value of an Authorization field (RFC 9110 §11.6.2), such as `Bearer sk_live_...`; the
    /// scheme is case-insensitive (RFC 9110 §11.1).
    public func token(in value: ArraySlice<UInt8>) throws(KernelFailure) -> ArraySlice<UInt8> {
        let rest = value.dropFirst(scheme.count)
        guard rest.first == ASCII.space, value.prefix(scheme.count).lazy.map(ASCII.lowercased).elementsEqual(scheme)
        else { throw .credentialMalformed(.scheme) }
        return try checked(rest.drop { $0 == ASCII.space })
    }

    /// Whether this is a session's token and no key.
    func isWebToken(_ token: ArraySlice<UInt8>) -> Bool {
        form.takesWebTokens && token.starts(with: WebTokens.beginning)
    }

    private func checked(_ token: ArraySlice<UInt8>) throws(KernelFailure) -> ArraySlice<UInt8> {
        guard prefixes.isEmpty || prefixes.contains(where: { token.starts(with: $0) }) || isWebToken(token) else {
            throw .credentialMalformed(.form)
        }
        return token
    }
}
