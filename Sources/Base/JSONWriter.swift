/// Writes JSON in the order in which it is told to, and nothing that is not JSON (RFC 8259).
///
///     let body = JSONWriter.object { body in
///         body.member("id", id)
///         body.array("data") { data in
///             for row in rows { data.object { $0.member("name", row.name) } }
///         }
///     }
///
/// No white space; `/` and everything beyond ASCII as they are; only what RFC 8259 §7 requires is escaped. Commas,
/// colons and brackets are the writers' business: there is no call that could misplace one. Names are not compared,
/// so writing one twice is the caller's mistake. Closures are called once, at once; nothing allocates but the text.
public enum JSONWriter {
    /// The bytes of one object. `reservedBytes` is a guess at its size.
    public static func object(
        reservedBytes: Int = bytesReserved, _ body: (inout JSONObjectWriter) -> Void
    ) -> [UInt8] {
        JSONSlot(JSONOutput(reservedBytes: reservedBytes)).object(body).taken().bytes
    }

    /// The bytes of one array.
    public static func array(reservedBytes: Int = bytesReserved, _ body: (inout JSONArrayWriter) -> Void) -> [UInt8] {
        JSONSlot(JSONOutput(reservedBytes: reservedBytes)).array(body).taken().bytes
    }

    /// The bytes of any value.
    @inlinable public static func value(_ value: some JSONWritable) -> [UInt8] {
        value.write(to: JSONSlot(JSONOutput())).taken().bytes
    }

    public static let bytesReserved = 512
}
