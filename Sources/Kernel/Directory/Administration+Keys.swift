import Base
public import Model
public import Ports

extension Administration {
    /// Changes what the edit names.
    public func changeKey(_ id: AccessKey.ID, _ edit: AccessKey.Edit) throws(KernelFailure) -> Plan<AccessKey> {
        guard let key = directory.key(id) else { throw .notFound(.key) }
        var edit = edit
        edit.networks = edit.networks.map { AddressList($0).networks }
        let now = time.now
        return Plan(.directory(.changeKey(id, edit, at: now)), on: store) { [edit] _ in key.edited(edit, at: now) }
    }

    /// A key that may do what another one may, in its place: the other's secret is dead once it was made.
    public func rotateKey(
        _ id: AccessKey.ID, form: CredentialForm
    ) throws(KernelFailure) -> Plan<(key: AccessKey, secret: Secret)> {
        guard let old = directory.key(id), old.revokedAt == nil else { throw .notFound(.key) }
        let secret = Secret.mint(
            prefix: try form.prefix(old.kind, old.mode).text, characters: form.secretCharacters, random: random)
        let now = time.now
        var key = old
        key.prefix = secret.prefix
        key.createdAt = now
        key.lastUsedAt = nil
        return plan(.replaceKey(id, with: StoredKey(key: key, digest: secret.digest), at: now), key, secret)
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
