import Base
package import Model

/// Takes the key out of an Authorization header field's value (RFC 9110 §11.6.2).
package struct CredentialReader: Sendable {
    package let form: CredentialForm
    private let scheme: [UInt8]
    private let prefixes: [[UInt8]]

    package init(form: CredentialForm) {
        self.form = form
        scheme = form.scheme.utf8.map(ASCII.lowercased)
        prefixes = form.prefixes.map { Array($0.text.utf8) }
    }

    /// The key's bytes in a field value, such as `Bearer sk_live_...`; the scheme is case-insensitive (RFC 9110 §11.1).
    package func token(in value: ArraySlice<UInt8>) throws(KernelFailure) -> ArraySlice<UInt8> {
        let rest = value.dropFirst(scheme.count)
        guard rest.first == ASCII.space, value.prefix(scheme.count).lazy.map(ASCII.lowercased).elementsEqual(scheme)
        else { throw .credentialMalformed(.scheme) }
        let token = rest.drop { $0 == ASCII.space }
        guard prefixes.isEmpty || prefixes.contains(where: { token.starts(with: $0) }) else {
            throw .credentialMalformed(.form)
        }
        return token
    }
}
