import Base
import Crypto
public import Model

/// Places in lists, as texts that callers bring back: 32 hexadecimal digits that say nothing, and are good for one
/// list of one account. Any thread.
public struct Cursors: Sendable {
    private let numbers: SealedNumber
    private let account: Account.ID?

    init(_ numbers: SealedNumber, account: Account.ID?) {
        self.numbers = numbers
        self.account = account
    }

    /// The place of a row in the list of that name.
    public func text<Subject>(_ id: Serial<Subject>, in list: String) -> String {
        Hex.encode(numbers.seal(UInt64(bitPattern: id.value), context: context(list)))
    }

    /// The place that a text stands for; nil for what was not given out for this list and this account.
    public func place<Subject>(
        _ text: String, in list: String, of subject: Subject.Type = Subject.self
    ) -> Serial<Subject>? {
        guard let sealed = Hex.decode(text) else { return nil }
        return numbers.open(sealed, context: context(list)).map { Serial(Int64(bitPattern: $0)) }
    }

    private func context(_ list: String) -> [UInt8] {
        var context: [UInt8] = []
        context.appendDecimal(account?.value ?? 0)
        context.append(ASCII.nul)
        context.append(list)
        return context
    }
}

extension Call {
    /// Places in the lists of the caller's account.
    public var cursors: Cursors { Cursors(ids.places, account: account) }
}
