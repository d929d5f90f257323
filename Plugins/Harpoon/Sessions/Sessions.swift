import AdapterKit
import Base
import Model

/// `POST /internal/v1/session`: an address and a password for a token that the routes of webhooks and open collections
/// take in place of a key, and that alone has secrets shown again.
enum Sessions {
    static func open(_ call: Call) async throws(KernelFailure) -> Answer {
        var form = try Form(call.body)
        let email = form.string("email", required: true)
        let password = form.string("password", required: true)
        try form.finish()
        let (token, expiresAt) = try await call.people.signIn(email: email ?? "", password: password ?? "")
        return .object(call, .created) { data in
            data.member("token", token)
            data.member("expires_at", WireTime(expiresAt))
        }
    }

    /// Asks for the password that a session was opened with.
    static func checkPassword(_ call: Call) async throws(KernelFailure) {
        var form = try Form(call.body)
        let password = form.string("password", required: true)
        try form.finish()
        try await call.people.checkPassword(password ?? "")
    }
}
