import AdapterKit
import Base
import Model

/// What the routes about the account itself do.
enum Accounts {
    static let signUp = PersonalityOption.boolean(
        "signup", standard: false, local: true, "whether people make accounts for themselves")
    /// What accounts' ids begin with.
    static let idPrefix = "acct_"

    /// Key and secret are shown together; the key never again.
    static func signUp(_ call: Call) async throws(KernelFailure) -> Answer {
        guard call.option(signUp) else { throw .featureDisabled(.signup) }
        var form = try Form(call.body)
        let email = form.address("email", required: true)
        try form.finish()
        // `finish` has thrown where it is absent; the compiler cannot know.
        guard let email else { throw .invalid(FieldFault("email", .missing)) }
        let welcome = try await call.accounts.signUp(name: email.address)
        return .object(.created) { answer in
            answer.member("account_id", call.ids.accounts.text(welcome.account.id))
            answer.member("api_key", welcome.key)
            answer.member("signing_secret", welcome.signingSecret)
            answer.member("created_at", WireTime(welcome.account.createdAt))
        }
    }

    static func signingSecret(_ call: Call) async throws(KernelFailure) -> Answer {
        let secret = try await call.relays.signingSecret()
        return .object { $0.member("signing_secret", secret) }
    }
}
