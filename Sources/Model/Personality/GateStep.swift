/// One check that stands before a handler. A personality lists them in its own order, which its callers can observe.
///
/// What the body decides (the sender's domain, say) is checked by the handler through the kernel.
public enum GateStep: Sendable, Hashable, CaseIterable {
    /// A key was sent, has the right form, is known, not revoked, not expired.
    case credential
    /// The key's account is active, and so are those that it is a sub-account of.
    case account
    /// The account that the path names is the key's, or one that the route lets the key's account act for.
    case pathAccount
    /// The client's address is inside the key's networks.
    case address
    /// The rate windows of the route's class have room; this request is counted.
    case rate
    /// The key is of a kind that the route takes.
    case kind
    /// The key holds one of the actions that the route asks for.
    case scope
    /// The request's idempotency key is looked up, on routes whose answers are kept: a refusal by a later step is an
    /// answer that may be kept, and one that was kept is given before later steps are tried. Where the step is not
    /// listed, it is the last.
    case idempotency
}
