import AdapterKit
import Model

/// The bodies, as data: what the OpenAPI document is made of, and what every answer of a test is held against.
enum Shapes {
    /// Any route may fail in any of these ways.
    static let dialect = DialectDescription(
        title: "Newcomer", note: "Letters, those who send them, and cards on a wall.", version: "1",
        failure: .named("Failure", .object([.required("error", .string), .required("request", .string)])),
        failures: [400, 404, 405, 408, 409, 413, 415, 422, 429, 431, 500, 503])

    static let done = Shape.named("Done", .object([.required("done", .boolean)]))

    // MARK: Accounts and keys

    static let account = Shape.named(
        "Account",
        .object([
            .required("id", .uuid), .required("parent", Shape.uuid.orNull), .required("name", .string),
            .required("state", .openWords(["active", "suspended"])),
        ]))
    static let newAccount = Shape.named("NewAccount", .object([.required("name", .string)]))

    static let key = Shape.named("Key", .object(keyMembers))
    static let mintedKey = Shape.named("MintedKey", .object(keyMembers + [.required("secret", .string(prefix: "nc"))]))
    static let keyRequest = Shape.named(
        "KeyRequest",
        .object([.optional("scopes", .array(of: .string)), .optional("networks", .array(of: .string))]))

    private static let keyMembers: [Shape.Member] = [
        .required("id", .uuid), .required("scopes", .array(of: .string)), .required("networks", .array(of: .string)),
    ]

    // MARK: Letters and endpoints

    static let newLetter = Shape.named(
        "NewLetter",
        .object([.required("from", .string), .required("to", .string), .optional("due", .instant, "Now, if absent.")]))
    static let acceptedLetter = Shape.named(
        "AcceptedLetter", .object([.required("id", .uuid), .required("told", .integer, "Endpoints.")]))
    static let letter = Shape.named(
        "Letter",
        .object([
            .required("id", .uuid), .required("from", .email), .required("to", .array(of: .email)),
            .required("state", .openWords(["scheduled", "queued", "delivered", "bounced", "cancelled"])),
        ]))
    static let sender = Shape.named(
        "Sender", .object([.required("id", .string(prefix: "d_")), .required("name", .string)]))

    static let hook = Shape.named("Hook", .object(hookMembers))
    static let newHook = Shape.named(
        "NewHook", .object([.required("url", .string), .optional("domains", .array(of: .string), "All, if absent.")]))
    static let createdHook = Shape.named(
        "CreatedHook", .object(hookMembers + [.required("secret", .string(prefix: "whsec_"))]))

    private static let hookMembers: [Shape.Member] = [
        .required("id", .string(prefix: "wh_")), .required("url", .url), .required("domains", .array(of: .string)),
    ]

    // MARK: Cards

    static let newCard = Shape.named("NewCard", .object([.required("text", .string)]))
    static let card = Shape.named(
        "Card", .object([.required("id", .uuid), .required("text", .string), .required("falls", .instant)]))

    // MARK: Lists

    static let listQuery = [
        RouteDescription.Parameter("limit", .integer(in: 1...100), "2 where it is absent."),
        RouteDescription.Parameter("after", .string, "The `after` of an earlier page."),
        RouteDescription.Parameter("before", .string, "The `before` of an earlier page."),
    ]

    static func page(of item: Shape) -> Shape {
        .object([.required("data", .array(of: item)), .optional("after", .string), .optional("before", .string)])
    }
}
