/// What both sides of a port count with, each with its unit.
public enum PortLimits {
    /// Recipients of one message, over to, cc and bcc. Bounded by the delivery identity, which keeps ten bits for it.
    public static let recipientsPerMessage = 1000
    /// Bytes of an answer's body that a delivery log keeps.
    public static let responseSnippetBytes = 1024
    /// How long a simulated slow delivery takes.
    public static let slowDelivery: Duration = .seconds(10)
}
