public import Base
public import Crypto
public import Model

/// Makes and reads sessions' tokens: JWTs (RFC 7519) of HS256, under a key of the key file. Pure. Any thread.
public struct WebTokens: Sendable {
    /// What every token of ours begins with: `{"` in Base64 for URLs.
    public static let beginning = Array("eyJ".utf8)

    private static let head = Base64URL.encode(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8))
    private let code: HMACSHA256

    public init(_ sealing: SealingKey) { code = HMACSHA256(key: sealing.derive("web tokens")) }

    /// A session's token, good for this personality alone.
    public func token(for session: WebSession, of personality: PersonalityID, at now: Instant) -> String {
        let claims = JSONWriter.object { claims in
            claims.member("sub", String(session.user))
            claims.member("aud", personality.name)
            claims.member("account", session.account.value)
            claims.member("epoch", session.epoch)
            claims.member("iat", now.seconds)
            claims.member("exp", session.expiresAt.seconds)
        }
        let signed = "\(Self.head).\(Base64URL.encode(claims))"
        return "\(signed).\(Base64URL.encode(code.code(for: Array(signed.utf8)).bytes))"
    }

    /// What a token says, if it is one of ours and its time is not over: `credentialMalformed`, `credentialUnknown`,
    /// `credentialExpired`.
    public func session(
        in token: ArraySlice<UInt8>, of personality: PersonalityID, at now: Instant
    ) throws(KernelFailure) -> WebSession {
        guard token.count <= KernelLimits.webTokenBytes else { throw .credentialMalformed(.form) }
        let parts = String(decoding: token, as: UTF8.self).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let given = Base64URL.decode(parts[2]) else { throw .credentialMalformed(.form) }
        // The algorithm is ours to choose, whatever the head says (RFC 8725 §3.1): a head that is not ours was never
        // signed.
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        guard ConstantTime.equal(code.code(for: signed).bytes, given), parts[0] == Self.head,
            let bytes = Base64URL.decode(parts[1]),
            let claims = try? JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count)).root,
            let user = claims["sub"]?.string.flatMap({ Int64($0) }), let account = claims["account"]?.int,
            let epoch = claims["epoch"]?.int, let end = claims["exp"]?.int,
            claims["aud"]?.string == personality.name
        else { throw .credentialUnknown }
        let expiresAt = Instant(seconds: Int64(end))
        guard expiresAt > now else { throw .credentialExpired(at: expiresAt) }
        return WebSession(user: user, account: Account.ID(Int64(account)), epoch: epoch, expiresAt: expiresAt)
    }
}
