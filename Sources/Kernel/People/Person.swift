public import Base
public import Model

/// Somebody who logs in with an address and a password, on behalf of one account at one personality. Kept as a record.
public struct Person: Sendable, Equatable {
    public var id: Record.ID
    public var account: Account.ID
    /// In lower case: one person's, whoever spells it.
    public var email: String
    public var createdAt: Instant
    /// How often the password was set.
    public var epoch: Int
    var password: PasswordHash
    /// Of the record.
    var version: Int

    static let collection = "user"
    static let state = "ACTIVE"
    /// Over all accounts: who logs in names none.
    static let emailIndex = RecordIndex(
        "email", .uniqueWhile(states: [state], rest: .zero), scope: .collection)

    init(_ record: Record) throws(KernelFailure) {
        let bytes = record.body
        guard let value = try? JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count)).root,
            let email = value["email"]?.string, let epoch = value["epoch"]?.int,
            let password = value["password"].flatMap(PasswordHash.init)
        else { throw .internalError(incident: "user \(record.id.value) does not read back") }
        id = record.id
        account = record.space.account
        self.email = email
        createdAt = record.createdAt
        self.epoch = epoch
        self.password = password
        version = record.version
    }

    static func body(email: String, epoch: Int, password: PasswordHash) -> [UInt8] {
        JSONWriter.object { body in
            body.member("email", email)
            body.member("epoch", epoch)
            body.object("password") { password.write(to: &$0) }
        }
    }
}
