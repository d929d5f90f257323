/// What a JSON value may be: as much as a dialect's bodies need, and as a description of them can say. Data;
/// `disagreement` holds a value against it.
public indirect enum Shape: Sendable, Equatable {
    case any
    case null
    case boolean
    /// A number without fraction and exponent, of 64 bits.
    case integer(in: ClosedRange<Int>?)
    case number(in: ClosedRange<Double>?)
    case text(TextShape)
    case array(of: Shape, count: ClosedRange<Int>?)
    /// An object of any names, whose members are all alike.
    case map(of: Shape)
    /// An object of these members. As an answer it has no others; in a request others are passed over.
    case object([Member])
    /// At least one of these.
    case oneOf([Shape])
    /// A shape with a name of its own, under which a description defines it once. One name is one shape.
    case named(String, Shape)

    /// A member of an object.
    public struct Member: Sendable, Equatable {
        public let name: String
        public let shape: Shape
        /// It is always there; what is not required is absent rather than null, unless the shape says null as well.
        public let isRequired: Bool
        /// For people; nil where the name says it all.
        public let note: String?

        public init(_ name: String, _ shape: Shape, isRequired: Bool = true, _ note: String? = nil) {
            self.name = name
            self.shape = shape
            self.isRequired = isRequired
            self.note = note
        }
    }
}

extension Shape.Member {
    public static func required(_ name: String, _ shape: Shape, _ note: String? = nil) -> Shape.Member {
        Shape.Member(name, shape, note)
    }

    public static func optional(_ name: String, _ shape: Shape, _ note: String? = nil) -> Shape.Member {
        Shape.Member(name, shape, isRequired: false, note)
    }
}

extension Shape {
    public static let string = Shape.text(TextShape())
    /// A time as RFC 3339 writes it, `T` and `Z` in upper case.
    public static let instant = Shape.text(TextShape(format: .instant))
    public static let email = Shape.text(TextShape(format: .email))
    public static let url = Shape.text(TextShape(format: .url))
    public static let uuid = Shape.text(TextShape(format: .uuid))
    public static let integer = Shape.integer(in: nil)
    public static let number = Shape.number(in: nil)

    /// One of these words, and there will be no others.
    public static func words(_ words: [String]) -> Shape { .text(TextShape(words: words, isClosed: true)) }

    /// One of these words, or of others that are yet to come: clients that were made of a description take any.
    public static func openWords(_ words: [String]) -> Shape { .text(TextShape(words: words)) }

    public static func string(prefix: String) -> Shape { .text(TextShape(prefix: prefix)) }

    /// `length`: in Unicode scalars.
    public static func string(length: ClosedRange<Int>) -> Shape { .text(TextShape(length: length)) }

    public static func array(of shape: Shape) -> Shape { .array(of: shape, count: nil) }

    public var orNull: Shape { .oneOf([self, .null]) }
}

/// What a string may be.
public struct TextShape: Sendable, Equatable {
    public enum Format: Sendable, Equatable {
        /// RFC 3339, `T` and `Z` in upper case, up to nine digits of a second.
        case instant
        case email
        /// Absolute.
        case url
        case uuid
        case base64
    }

    public let format: Format?
    /// Empty where any text will do.
    public let words: [String]
    /// There are no words but these.
    public let isClosed: Bool
    /// In Unicode scalars.
    public let length: ClosedRange<Int>?
    /// What it begins with.
    public let prefix: String?

    public init(
        format: Format? = nil, words: [String] = [], isClosed: Bool = false, length: ClosedRange<Int>? = nil,
        prefix: String? = nil
    ) {
        self.format = format
        self.words = words
        self.isClosed = isClosed
        self.length = length
        self.prefix = prefix
    }
}
