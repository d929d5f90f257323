package import AdapterKit
package import Base
package import Model
package import Ports
package import Posix
package import SMTPServer

/// What the operator decides: one JSON file with comments, environment variables over it, defaults under it.
///
/// Read by `ConfigurationReader`, which names the key and the allowed values of whatever it refuses. Paths are taken
/// from the working folder.
package struct Configuration: Sendable, Equatable {
    /// One address that a personality is served at.
    package struct Listener: Sendable, Equatable {
        package var personality: PersonalityID
        package var listen: SocketAddress
        /// How clients reach it, without a slash at its end; nil: `http://` or `https://` and the address.
        package var publicURL: String?
        /// nil: plain HTTP.
        package var tls: TLSFiles?
    }

    /// Who a listener is to its clients; both PEM.
    package struct TLSFiles: Sendable, Equatable {
        /// The server's own certificate, then those that lead to the root.
        package var certificate: String
        /// Without a passphrase.
        package var key: String
        /// A certificate that signs itself, made by us where it is not there.
        package var isOwn = false
    }

    package struct Delivery: Sendable, Equatable {
        package enum Mode: String, Sendable, CaseIterable {
            /// No mail leaves the machine; every message is kept for looking at.
            case capture
            /// Everything goes to one server, which delivers it.
            case smarthost
            /// To the servers that each recipient's domain names in the DNS.
            case direct
        }

        package enum TLS: String, Sendable, CaseIterable {
            case never
            /// If the server offers it, without checking who it is: better than nothing (RFC 7435).
            case opportunistic
            /// Or no mail; the certificate must be the host's.
            case required
        }

        package struct Credentials: Sendable, Equatable {
            package var user: String
            /// A file that holds the password and nothing else.
            package var passwordFile: String
        }

        /// What is said of capture mode, which is also what a file without a `delivery` section comes to.
        static let captureNote =
            "mail is captured and none leaves this machine: delivery.mode \"smarthost\" or \"direct\" sends it"

        package var mode = Mode.capture
        /// In capture mode, recipients' local parts may ask for an outcome: `bounce`, `defer`, `timeout`, `451`, ...
        package var localPartOutcomes = true
        /// Bounces and complaints that are simulated suppress addresses, as the personality's vendor does for real
        /// ones.
        package var simulatedSuppressions = false
        package var smarthostHost = ""
        package var smarthostPort: UInt16 = 25
        package var auth: Credentials?
        /// The port of destinations' servers, in direct mode.
        package var port: UInt16 = 25
        package var tls = TLS.opportunistic
        /// By destination, where it is not `tls`; in direct mode.
        package var tlsByDomain: [String: TLS] = [:]
        /// Whether destinations' MTA-STS policies are asked for and followed, in direct mode.
        package var mtaSTS = true
        /// The addresses of ours that connections come from in direct mode, at most one of each family.
        package var sources: [IPAddress] = []
        /// Certificates to trust (PEM); nil: the system's.
        package var caFile: String?
        /// What we call ourselves in EHLO (RFC 5321 §4.1.1.1).
        package var hostname = "localhost"
        /// What mail is signed with, where a domain has published it; never empty.
        package var signatures = SigningKey.Algorithm.allCases
        /// Waits between attempts.
        package var retries: [Duration]
        /// How long a delivery is tried at all.
        package var lifetime = RetryPolicy.standardLifetime
        /// Deliveries a minute to one destination; nil for as many as there are.
        package var perDestination: Int?
        /// Connections to one destination at the same time; nil for the engine's own number.
        package var connectionsPerDestination: Int?
        /// Connections over all destinations, in direct mode; nil for the engine's own number.
        package var connections: Int?
    }

    /// The operator's own names that domains' owners publish in DNS; nil: `delivery.hostname`.
    package struct Hosts: Sendable, Equatable {
        package var spf: String?
        package var mx: String?
        package var returnPath: String?

        package init() {}
    }

    /// Exceptions to the guard that every outbound HTTP connection passes.
    package struct Egress: Sendable, Equatable {
        /// Networks that may be reached although they are not public.
        package var allow: [IPNetwork] = []
        /// The only ports that may be reached; nil: any but a short list that never speaks HTTP.
        package var ports: Set<UInt16>?
        /// Certificates to trust (PEM); nil: the system's.
        package var caFile: String?
    }

    /// nil: as each personality's vendor does.
    package struct Webhooks: Sendable, Equatable {
        /// Waits between attempts.
        package var retries: [Duration]?
        /// For one attempt.
        package var timeout: Duration?
        /// Endpoints that an account may have; nil: as many as the dialect says.
        package var perAccount: Int?
    }

    /// Who sees the admin pages.
    package struct AdminAccess: Sendable, Equatable {
        package enum Page: String, Sendable, CaseIterable {
            case health = "healthz"
            case ready = "readyz"
            case metrics
        }

        /// Under which name browsers reach them, beside addresses and `localhost`.
        package var publicURL: String?
        /// nil: beside the key file.
        package var tokenFile: String?
        /// The pages that are for anybody.
        package var open = Page.allCases
    }

    /// Where mail is taken over SMTP.
    package struct SMTP: Sendable, Equatable {
        /// What an address is for.
        package enum Role: Sendable, Equatable {
            /// Clients hand in mail to be sent, in this dialect.
            case submission(PersonalityID)
            /// Other servers report bounces and complaints.
            case mx
            /// Programs of this machine under development hand in whatever they like; it is kept and goes nowhere.
            case catchAll
        }

        package struct Listener: Sendable, Equatable {
            package var listen: SocketAddress
            package var role: Role
            package var encryption: SMTPListener.Encryption
        }

        /// Clients that need no credentials.
        package struct Trusted: Sendable, Equatable {
            package var network: IPNetwork
            package var account: Account.ID
            package var personality: PersonalityID
            package var scopes: [String]
        }

        /// What we call ourselves to clients; nil: `delivery.hostname`.
        package var hostname: String?
        /// nil: no listener speaks TLS.
        package var tls: TLSFiles?
        package var listeners: [Listener] = []
        package var trusted: [Trusted] = []
        /// Sessions are held to the letter of RFC 5321, and a blank behind `MAIL FROM:` is an error.
        package var isStrict = false
        /// A submitted Bcc field leaves with its message.
        package var keepsBcc = false

        /// Somebody reads what comes back, so mail goes out under return paths of ours.
        package var takesReports: Bool { listeners.contains { $0.role == .mx } }

        package init() {}
    }

    /// For how long what has ended is kept; what is not named is kept for good.
    package struct Retention: Sendable, Equatable {
        /// By origin: a personality, or what the server keeps of its own (`capture`, `reports`).
        package var rules: [PersonalityID: [Clearing.Rows: Duration]] = [:]
        /// What people wrote to the operator.
        package var operatorMail: Duration?

        package init() {}
    }

    package enum LogFormat: String, Sendable, CaseIterable {
        /// Text on a terminal, JSON lines elsewhere.
        case automatic = "auto"
        case json
        case text
    }

    /// What keeps the data.
    package var engine = EngineScheme.sqlite
    /// The database's file.
    package var database: String
    package var listeners: [Listener]
    /// Health and captured mail; nil: not served.
    package var admin: SocketAddress?
    package var adminAccess = AdminAccess()
    package var delivery: Delivery
    /// The URL before the token of an unsubscribe link; nil: the first listener's.
    package var trackingURL: String?
    /// Whose forwarded client address is believed.
    package var proxies: [IPNetwork]
    /// By personality and rate class; what is not named keeps the vendor's own numbers.
    package var limits: [PersonalityID: [RateClass: [RateTier]]]
    /// By personality: quotas for the accounts and domains that have none of their own.
    package var quotas: [PersonalityID: [DefaultQuota]]
    /// 32 random bytes that seal the secrets in the database and derive public ids. Made at first start.
    package var keyFile: String
    /// How long a shutdown waits for requests and deliveries in flight.
    package var drain: Duration
    /// Shards; 0: one per core.
    package var shards: Int
    package var logLevel: LogLevel
    package var logFormat: LogFormat
    /// A line for each request, for each attempt at a delivery.
    package var logTopics: LogTopics = []
    /// Clients and operators may ask for failures.
    package var allowsFaults = false
    /// No file was given: the built-in local profile, which raises the vendors' limits. `serve` says so at start.
    package var isLocalProfile = false
    package var hosts = Hosts()
    /// The name servers to ask; empty: the machine's own.
    package var dnsServers: [SocketAddress] = []
    package var egress = Egress()
    package var webhooks = Webhooks()
    /// Keys of one personality that an account may make for itself; nil: the kernel's own number.
    package var keysPerAccount: Int?
    /// What callers entrust is sealed before it is stored.
    package var sealsBodies = false
    /// Domains that an account may add for itself; nil: the kernel's own number.
    package var domainsPerAccount: Int?
    /// How the personalities' options stand, each of them; a personality without options is not named.
    package var options: [PersonalityID: [String: OptionValue]] = [:]
    /// Deliveries a second of a personality's mail, where the operator has set them.
    package var paces: [PersonalityID: Int] = [:]
    /// nil: no mail is taken over SMTP.
    package var smtp: SMTP?
    package var retention = Retention()
}
