import AdapterKit
import Base
import Model

// MARK: Answers

/// The statuses of success that these routes have.
enum Success: Int {
    case ok = 200
    /// Made, and shown.
    case created = 201
    /// On disk; delivery happens later.
    case accepted = 202
}

extension Answer {
    static func object(
        _ status: Success = .ok, reservedBytes: Int = JSONWriter.bytesReserved,
        _ body: (inout JSONObjectWriter) -> Void
    ) -> Answer {
        Answer(status: status.rawValue, body: JSONWriter.object(reservedBytes: reservedBytes, body))
    }

    /// What a change answers that has nothing to show.
    static func message(_ text: String) -> Answer { object { $0.member("message", text) } }
}

/// Times as this dialect writes them: whole seconds, in webhooks finer.
struct WireTime: JSONWritable {
    private let instant: Instant
    private let digits: SubsecondDigits

    init(_ instant: Instant, _ digits: SubsecondDigits = .none) {
        self.instant = instant
        self.digits = digits
    }

    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.instant(instant, digits) }
}

// MARK: Lists

/// A page of a list in the vendor's envelope. In the base lists a cursor that leads nowhere is left out.
struct ListEnvelope {
    var hasMore: Bool
    var next: String?
    var previous: String?

    func write(_ answer: inout JSONObjectWriter, _ elements: (inout JSONArrayWriter) -> Void) {
        answer.constants(#""object":"list""#)
        answer.array("data", elements)
        answer.object("pagination") { pagination in
            pagination.member("has_more", hasMore)
            pagination.memberIfPresent("next_cursor", next)
            pagination.memberIfPresent("previous_cursor", previous)
        }
    }

    /// An answer that is no page of anything: everything is in it.
    static func whole(_ answer: inout JSONObjectWriter, _ elements: (inout JSONArrayWriter) -> Void) {
        answer.constants(#""object":"list""#)
        answer.array("data", elements)
    }
}

// MARK: Addresses

/// A mailbox as the vendor writes it; the name is there also when there is none.
struct AddressObject: JSONWritable {
    let address: MailAddress
    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { object in
            object.member("email", address.address)
            object.member("name", address.name ?? "")
        }
    }
}
