import Base
package import Model
import Ports

extension Administration {
    /// Gives a key another label.
    package func renameKey(_ id: AccessKey.ID, label: String) async throws(KernelFailure) -> AccessKey {
        try await store.make(.directory(.renameKey(id, label: label)))
        guard let key = directory.key(id) else { throw .notFound(.key) }
        return key
    }

    /// Makes a key that may do what another one may, in its place: the other's secret is dead when this returns.
    package func rotateKey(
        _ id: AccessKey.ID, form: CredentialForm
    ) async throws(KernelFailure) -> (key: AccessKey, secret: Secret) {
        guard let old = directory.key(id), old.revokedAt == nil else { throw .notFound(.key) }
        let secret = Secret.mint(prefix: try form.prefix(old.kind, old.mode).text, random: random)
        let now = time.now
        var key = old
        key.prefix = secret.prefix
        key.createdAt = now
        key.lastUsedAt = nil
        let stored = StoredKey(key: key, digest: secret.digest)
        key.id = AccessKey.ID(try await store.make(.directory(.replaceKey(id, with: stored, at: now))))
        return (key, secret)
    }
}

extension CredentialForm {
    /// What a key of this kind and mode begins with; a `oneOf` fault of what the dialect does not have.
    func prefix(_ kind: AccessKey.Kind, _ mode: AccessKey.Mode) throws(KernelFailure) -> Prefix {
        let ofKind = prefixes.filter { $0.kind == kind }
        guard !ofKind.isEmpty else {
            throw .invalid(FieldFault("kind", .oneOf(Self.words(prefixes.map(\.kind.rawValue)))))
        }
        guard let prefix = ofKind.first(where: { $0.mode == mode }) else {
            throw .invalid(FieldFault("mode", .oneOf(Self.words(ofKind.map(\.mode.rawValue)))))
        }
        return prefix
    }

    private static func words(_ words: [String]) -> [String] { Array(Set(words)).sorted() }
}
