/// The sizes that DNS fixes, and those that are ours.
public enum DNSLimits {
    /// RFC 1035 §2.3.4: bytes of a label.
    public static let labelBytesMax = 63
    /// RFC 1035 §2.3.4: bytes of a name on the wire, its length bytes and the root's included.
    public static let nameBytesMax = 255
    /// Bytes of an answer over UDP that we offer to take (RFC 6891 §6.2.5): what passes every path unfragmented.
    public static let datagramBytes: UInt16 = 1232
    /// RFC 1035 §4.2.2: bytes of a message over TCP, whose length stands in two bytes.
    public static let messageBytesMax = 65_535
    /// Records of one message that are looked at; no sound answer comes near.
    public static let recordsMax = 4096
    /// Aliases followed from one name within a message and beyond.
    public static let aliasesMax = 8

    static let headerBytes = 12
}
