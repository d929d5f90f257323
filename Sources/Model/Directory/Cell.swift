/// The part of the installation that an account belongs to: 0 to 255, fixed at its creation.
///
/// A sub-account has its parent's, every other one its own by hash. The numbers of what an account makes carry it, so
/// that two machines never give out one number, and that the number alone tells whose machine it is for.
public struct Cell: Hashable, Sendable {
    public let value: UInt8

    public init(_ value: UInt8) { self.value = value }

    /// Of an account that is nobody's sub-account. The schema's step has the same in SQL: the top eight of 32 bits of a
    /// product with 2^32 over the golden ratio, which spreads neighbours (D. Knuth, The Art of Computer Programming,
    /// volume 3, section 6.4).
    public init(hashing account: Account.ID) {
        let product = UInt64(account.value & 0x7fff_ffff) &* 2_654_435_761
        value = UInt8(truncatingIfNeeded: product >> 24)
    }
}

/// A number that carries a cell: `n << 8 | cell`, with one n for all kinds of rows of a process. n is below 2^45, so
/// that all of it stays within the 53 bits that JavaScript counts exactly.
public struct CellNumber: Hashable, Sendable {
    public let value: Int64

    public init(_ n: Int64, in cell: Cell) { value = n << Self.cellBits | Int64(cell.value) }

    public init(_ value: Int64) { self.value = value }

    public var cell: Cell { Cell(UInt8(truncatingIfNeeded: value)) }

    public static let cellBits: Int64 = 8
    /// From one n to the next in the same cell.
    public static let step: Int64 = 1 << cellBits
}
