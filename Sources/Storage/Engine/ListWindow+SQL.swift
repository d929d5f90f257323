import Database
import Model

extension ListWindow {
    /// The condition and the order of one read of a list by the numbers in `column`. It has the place as ?`first`, then
    /// the limit and the offset, as `bind` gives them.
    func sql(by column: String, from first: Int) -> (condition: String, order: String) {
        (
            "\(column) \(isBackward ? ">" : "<") ?\(first)",
            "ORDER BY \(column) \(isBackward ? "ASC" : "DESC") LIMIT ?\(first + 1) OFFSET ?\(first + 2)"
        )
    }

    func bind(to statement: Statement, from first: Int32) {
        statement.bind(first, place)
        statement.bind(first + 1, Int64(limit))
        statement.bind(first + 2, Int64(offset))
    }
}
