package import SMTPWire
package import TLS

/// What a listen address speaks.
package struct SMTPListener: Sendable {
    /// When TLS begins.
    package enum Encryption: String, Sendable, CaseIterable {
        /// When the client says STARTTLS (RFC 3207).
        case startTLS = "starttls"
        /// When the client says STARTTLS, and whether or not it does: for clients of the same machine.
        case optional
        /// With the first byte (RFC 8314 §3.3).
        case implicit
        /// With the first byte, if that is a ClientHello's; else when the client says STARTTLS.
        case either
        /// Never.
        case none

        /// STARTTLS is offered.
        package var isBySTARTTLS: Bool { self == .startTLS || self == .either || self == .optional }

        /// There are no passwords and no mail outside TLS, where the dialect wants it so.
        package var isDemanded: Bool { self != .optional && self != .none }
    }

    package let encryption: Encryption
    /// nil where there is no TLS.
    package let identity: TLSServerIdentity?
    package let configuration: ServerConfiguration
    package let service: any SMTPService

    package init(
        encryption: Encryption, identity: TLSServerIdentity?, configuration: ServerConfiguration,
        service: any SMTPService
    ) {
        self.encryption = encryption
        self.identity = identity
        self.configuration = configuration
        self.service = service
    }
}
