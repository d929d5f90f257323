import AdapterKit
import Base
import Model

/// A user of the relay. The password stands in the answer that makes it, and nowhere else.
struct CredentialObject: JSONWritable {
    let credential: AccessKey
    let ids: PublicIDs
    var password: String?

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.object(write) }

    func write(_ object: inout JSONObjectWriter) {
        object.constants(#""object":"credential_smtp""#)
        object.member("id", ids.keys.text(credential.id))
        object.member("created_at", WireTime(credential.createdAt))
        object.member("updated_at", WireTime(credential.changedAt ?? credential.createdAt))
        object.member("name", credential.label)
        object.member("username", credential.user ?? "")
        object.memberIfPresent("password", password)
        object.member("sandbox", credential.mode == .test)
        object.member("scope", credential.domains.isEmpty ? "global" : "scoped")
        object.member("domains", credential.domains)
    }
}
