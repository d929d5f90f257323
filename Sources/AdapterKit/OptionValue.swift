public import Base

/// What an option of a personality is set to.
public enum OptionValue: Hashable, Sendable {
    case boolean(Bool)
    case number(Int)
    case duration(Duration)
    case word(String)
    /// nil: none.
    case url(WebURL?)
    case names([String])
}

/// As the configuration writes it.
extension OptionValue: JSONWritable {
    public func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        switch self {
        case .boolean(let boolean): slot.bool(boolean)
        case .number(let number): slot.integer(Int64(number))
        case .duration(let duration): slot.string(DurationText.of(duration))
        case .word(let word): slot.string(word)
        case .url(nil): slot.null()
        case .url(let url?): slot.string(url.text)
        case .names(let names): slot.value(names)
        }
    }
}
