/// What knows how to write itself as one JSON value.
public protocol JSONWritable {
    func write(to slot: consuming JSONSlot) -> JSONFilledSlot
}

extension String: JSONWritable {
    @inlinable public func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.string(self) }
}

extension Int: JSONWritable {
    @inlinable public func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.integer(Int64(self)) }
}

extension Int64: JSONWritable {
    @inlinable public func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.integer(self) }
}

extension UInt64: JSONWritable {
    @inlinable public func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.unsigned(self) }
}

extension Double: JSONWritable {
    @inlinable public func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.double(self) }
}

extension Bool: JSONWritable {
    @inlinable public func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.bool(self) }
}

extension Optional: JSONWritable where Wrapped: JSONWritable {
    @inlinable public func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        guard let self else { return slot.null() }
        return self.write(to: slot)
    }
}

extension Array: JSONWritable where Element: JSONWritable {
    @inlinable public func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.array { array in
            for element in self { array.element(element) }
        }
    }
}

extension JSONValue: JSONWritable {
    /// Unchanged, as it was read.
    @inlinable public func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.copy(self) }
}

extension JSONText: JSONWritable {
    /// Unchanged.
    @inlinable public func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.text(self) }
}
