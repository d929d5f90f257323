/// How far the lists' index has read.
struct ListMarks: Sendable, Equatable {
    /// Messages up to this number are in it.
    var message: Int64 = 0
    /// What happened up to this event is.
    var event: Int64 = 0
    /// Removals up to this one are.
    var removal: Int64 = 0
}

/// A full segment on disk, as far as memory knows it.
struct ListRun: Sendable {
    let id: Int64
    let first: Int64
    let last: Int64
    let count: Int
    let earliest: Int64
    let latest: Int64
    /// Removed messages; nil: none.
    var gone: ListBitmap?
}
