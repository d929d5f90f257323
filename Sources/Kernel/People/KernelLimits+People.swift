import Base

extension KernelLimits {
    /// Bytes of a session's token.
    static let webTokenBytes = 1024
    /// How long a session lasts.
    public static let sessionLifetime: Duration = .seconds(3600)
    /// Of a password, in bytes.
    public static let passwordBytes = 10...1024
    static let emailBytes = 254
    static let saltBytes = 16
    static let passwordHashBytes = 32
    /// Passwords that may be tried for one user, and in which time.
    public static let passwordTries = 5
    static let passwordWindow: Duration = .seconds(15 * 60)
    /// Users whose tries are counted; beyond that, those are forgotten whose time is over, then the oldest.
    static let triedUsers = 10_000
    /// Users in one list.
    public static let usersListed = 1000
}
