/// The SASL mechanisms that we speak, by their registered names.
public enum SASLMechanism: String, Hashable, Sendable {
    case plain = "PLAIN"  // RFC 4616
    case login = "LOGIN"  // no RFC: the name, then the password, each asked for by a 334
}
