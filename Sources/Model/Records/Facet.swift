/// What a personality keeps beside a row of the kernel's: fields that its vendor has and others have not. One for each
/// row and personality, JSON, which the kernel does not read.
public struct Facet: Sendable, Equatable {
    /// The kinds of row that have facets. The numbers are on disk.
    public enum Kind: Int64, Sendable, CaseIterable {
        case account = 1
        case key
        case webhook
        case suppression
        case smtpCredential
    }

    public var kind: Kind
    /// The row's serial.
    public var row: Int64
    public var origin: PersonalityID
    public var body: [UInt8]

    public init(_ kind: Kind, row: Int64, origin: PersonalityID, body: [UInt8]) {
        self.kind = kind
        self.row = row
        self.origin = origin
        self.body = body
    }
}
