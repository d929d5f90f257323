import AdapterKit
import Base
import Model

/// The caller's account, as far as it can be looked at.
struct AccountObject {
    let account: Account
    let ids: PublicIDs

    func write(_ object: inout JSONObjectWriter) {
        object.constants(#""object":"account""#)
        object.member("id", ids.accounts.text(account.id))
        object.member("parent_account_id", account.parent.map { ids.accounts.text($0) })
        object.member("created_at", WireTime(account.createdAt))
        object.member("updated_at", WireTime(account.createdAt))
        object.member("name", account.name)
        object.constants(
            """
            "website":"","about":"","track_opens":false,"track_clicks":false,"reject_bad_recipients":false,\
            "reject_mistyped_recipients":false
            """)
        object.member("message_metadata_retention", AhaSendLimits.retentionDays)
        object.member("message_data_retention", AhaSendLimits.retentionDays)
        object.member("owner_id", ids.records(Self.owner, of: Account.self).text(account.id))
    }

    /// Nobody has logged in yet, and typed clients want an id: it is derived from the account's number.
    static let owner = "owner"
}

/// The probe of every client, and the caller's account.
enum Accounts {
    static func ping(_ call: Call) async throws(KernelFailure) -> Answer { .message("pong") }

    static func show(_ call: Call) async throws(KernelFailure) -> Answer {
        let object = AccountObject(account: try call.accounts.own(), ids: call.ids)
        return .object { object.write(&$0) }
    }
}
