public import Base
import Kernel
public import Model

/// Reads the members of one JSON object and remembers what is wrong with them.
///
/// A getter never throws: it notes the fault and returns nil or an empty list, so a handler reads all of its fields in
/// the order in which the dialect reports them, and `finish` throws once. Faults of shape (absent, wrong type) come
/// before faults of value, whatever field they are in; several faults of one kind keep the order of the calls.
/// Null counts as absent. Members that nobody asks for are ignored.
public struct Form {
    private let object: JSONValue
    private var shapeFaults: [FieldFault] = []
    private var valueFaults: [FieldFault] = []

    /// The object that a body is; `bodyMalformed` for any other text. A byte order mark is said to be one: editors hide
    /// it, and what is behind it looks right.
    public init(_ body: [UInt8]) throws(KernelFailure) {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(body, limits: JSONLimits(bytesMax: body.count))
        } catch {
            // RFC 8259 §8.1
            guard error.kind == .byteOrderMark else { throw .bodyMalformed }
            throw .invalid(FieldFault("body (it begins with a byte order mark)", .wrongType))
        }
        try self.init(document.root)
    }

    /// An object inside a body.
    public init(_ value: JSONValue) throws(KernelFailure) {
        guard value.kind == .object else { throw .bodyMalformed }
        object = value
    }

    /// Throws what was found: shape faults first.
    public func finish() throws(KernelFailure) {
        let faults = shapeFaults + valueFaults
        guard let first = faults.first else { return }
        throw .invalid(first, rest: Array(faults.dropFirst()))
    }

    /// Notes a fault that the caller found.
    public mutating func note(_ fault: FieldFault) {
        if fault.rule.isShape { shapeFaults.append(fault) } else { valueFaults.append(fault) }
    }

    public mutating func note(_ field: StaticString, _ rule: FieldFault.Rule) { note(FieldFault("\(field)", rule)) }

    // MARK: Scalars

    /// Whether the member is there and not null.
    public func has(_ field: StaticString) -> Bool { member(field) != nil }

    /// Whether the member is there as null: in a change, what is taken away.
    public func isNull(_ field: StaticString) -> Bool { object[field]?.isNull == true }

    /// The member as it stands, whatever it is; nil where it is absent or null.
    public func value(_ field: StaticString) -> JSONValue? { member(field) }

    /// The same of a member whose name is not known when this was compiled.
    public func value(named field: String) -> JSONValue? { object[named: field]?.nonNull }

    public mutating func string(_ field: StaticString, required: Bool = false) -> String? {
        value(field, required: required) { $0.string }
    }

    public mutating func bool(_ field: StaticString) -> Bool? { value(field, required: false) { $0.bool } }

    public mutating func int(_ field: StaticString) -> Int? { value(field, required: false) { $0.int } }

    /// An RFC 3339 date and time; `timestamp` fault otherwise.
    public mutating func instant(_ field: StaticString, required: Bool = false) -> Instant? {
        guard let text = string(field, required: required) else { return nil }
        guard let instant = Instant(rfc3339: text, naiveOffsetSeconds: 0) else {
            note(FieldFault("\(field)", .timestamp, value: UserData(text)))
            return nil
        }
        return instant
    }

    // MARK: Lists and objects

    /// The elements of an array.
    public mutating func elements(_ field: StaticString, required: Bool = false) -> [JSONValue] {
        value(field, required: required) { $0.elements.map { Array($0) } } ?? []
    }

    /// An array of strings; with `orOne` also a lone string.
    public mutating func strings(_ field: StaticString, required: Bool = false, orOne: Bool = false) -> [String] {
        let read = value(field, required: required) { value -> [String]? in
            if orOne, let one = value.string { return [one] }
            guard let elements = value.elements else { return nil }
            var strings: [String] = []
            for element in elements {
                guard let string = element.string else { return nil }
                strings.append(string)
            }
            return strings
        }
        return read ?? []
    }

    /// An object whose values are all strings, in the order sent.
    public mutating func stringMap(_ field: StaticString) -> [(name: String, value: String)] {
        let read = value(field, required: false) { value -> [(name: String, value: String)]? in
            guard let members = value.members else { return nil }
            var pairs: [(name: String, value: String)] = []
            for member in members {
                guard let text = member.value.string else { return nil }
                pairs.append((member.name, text))
            }
            return pairs
        }
        return read ?? []
    }

    /// Reads an object member with a form of its own; its faults become this one's, with their fields named
    /// `member.field`. Nothing happens where it is absent.
    public mutating func object(_ field: StaticString, _ read: (inout Form) -> Void) {
        guard let value = value(field, required: false, { $0.kind == .object ? $0 : nil }) else { return }
        nested(value, at: "\(field)", read)
    }

    /// Reads each object of an array, as `object` does; their fields are named `member[index].field`.
    public mutating func objects(_ field: StaticString, _ read: (inout Form) -> Void) {
        for (index, element) in elements(field).enumerated() {
            let path = "\(field)[\(index)]"
            if element.kind == .object { nested(element, at: path, read) } else { note(FieldFault(path, .wrongType)) }
        }
    }

    private mutating func nested(_ value: JSONValue, at path: String, _ read: (inout Form) -> Void) {
        guard var form = try? Form(value) else { return }
        read(&form)
        for var fault in form.shapeFaults + form.valueFaults {
            fault.field = "\(path).\(fault.field)"
            note(fault)
        }
    }

    // MARK: Mail

    /// One mailbox, `addr@dom` or `Name <addr@dom>`; `email` fault otherwise.
    public mutating func address(_ field: StaticString, required: Bool = false) -> MailAddress? {
        guard let text = string(field, required: required) else { return nil }
        return address(field, text)
    }

    /// A list of mailboxes, or one; more than `maximum` is a `count` fault, and none where some are required is as if
    /// the member were absent.
    public mutating func addresses(_ field: StaticString, required: Bool = false, maximum: Int) -> [MailAddress] {
        let faultsBefore = shapeFaults.count
        let texts = strings(field, required: required, orOne: true)
        if required, texts.isEmpty, shapeFaults.count == faultsBefore { note(field, .missing) }
        if texts.count > maximum { note(field, .count(minimum: 1, maximum: maximum)) }
        return texts.prefix(maximum).compactMap { address(field, $0) }
    }

    private mutating func address(_ field: StaticString, _ text: String) -> MailAddress? {
        if let address = MailAddress(parsing: text) { return address }
        note(FieldFault("\(field)", .email, value: UserData(text)))
        return nil
    }

    /// The caller's own header fields: names by RFC 5322 §2.2 that are not the composer's, values on one line.
    public mutating func headers(_ field: StaticString) -> [Submission.HeaderField] {
        stringMap(field).compactMap { name, value in
            if let rule = Submission.HeaderField.fault(name: name, value: value) {
                note(FieldFault("\(field)", rule, value: UserData(name)))
                return nil
            }
            return Submission.HeaderField(name: name, value: value)
        }
    }

    /// A subject; `headerValue` fault for a text that is not one line.
    public mutating func subject(_ field: StaticString, required: Bool = false) -> String? {
        guard let text = string(field, required: required) else { return nil }
        if !MailText.isSubject(text) { note(FieldFault("\(field)", .headerValue, value: UserData(text))) }
        return text
    }

    /// Notes what keeps a message from carrying this file.
    public mutating func check(_ attachment: Attachment) {
        if let fault = MailText.fault(attachment) { note(FieldFault(fault.field, fault.rule)) }
    }

    /// A string of base64 (RFC 4648 §4), decoded.
    public mutating func base64(_ field: StaticString, required: Bool = false) -> [UInt8]? {
        guard let text = value(field, required: required, { $0.stringBytes }) else { return nil }
        if let bytes = Base64.decode(text) { return bytes }
        note(field, .base64)
        return nil
    }

    // MARK: Inside

    private func member(_ field: StaticString) -> JSONValue? { object[field]?.nonNull }

    private mutating func value<Value>(
        _ field: StaticString, required: Bool, _ convert: (JSONValue) -> Value?
    ) -> Value? {
        guard let member = member(field) else {
            if required { note(field, .missing) }
            return nil
        }
        guard let value = convert(member) else {
            note(field, .wrongType)
            return nil
        }
        return value
    }
}
