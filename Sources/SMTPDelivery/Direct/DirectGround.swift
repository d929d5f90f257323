import Base
import Ports
import Posix
import TLS

/// What all ways of direct delivery share. The loop's thread only.
final class DirectGround {
    let configuration: DirectConfiguration
    let resolver: any Resolver
    let tls: TLSClientContext
    let loop: EventLoop
    let time: any TimeSource
    let random: any RandomSource
    let log: Log
    var memory = AddressMemory()
    /// Where TLS was asked for and never answered.
    var silence = AddressMemory(rest: SMTPDeliveryLimits.silenceAboutTLS)

    init(
        _ configuration: DirectConfiguration, resolver: any Resolver, tls: TLSClientContext, loop: EventLoop,
        time: any TimeSource, random: any RandomSource, log: Log
    ) {
        self.configuration = configuration
        self.resolver = resolver
        self.tls = tls
        self.loop = loop
        self.time = time
        self.random = random
        self.log = log
    }
}
