import Base
import CCurl

/// Where a URL leads, as libcurl itself reads it: whoever judges host and port judges what will be connected to.
struct CurlTarget: Equatable {
    /// A name, or an address as it is written in URLs.
    let host: String
    let port: UInt16

    /// nil for what is no URL with a host, or has user information.
    init?(_ url: String) {
        var host = [CChar](repeating: 0, count: HTTPDeliveryLimits.hostBytes)
        var port: UInt16 = 0
        // A NUL would end the text for libcurl, and not for who reads it afterwards.
        guard !url.utf8.contains(0), unsafe polyrelay_curl_target(url, &host, host.count, &port) != 0 else {
            return nil
        }
        self.host = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.port = port
    }

    /// nil for a name.
    var address: IPAddress? { IPAddress(host: host) }
}

/// The addresses that libcurl is to take for a name (CURLOPT_RESOLVE manual).
struct CurlRoute: Equatable {
    let target: CurlTarget
    /// At least one.
    let addresses: [IPAddress]

    /// The plus sign has the entry forgotten as any other in libcurl's cache is, which is that of all transfers.
    var text: String {
        let list = addresses.map { $0.family == .v6 ? "[\($0)]" : "\($0)" }.joined(separator: ",")
        return "+\(target.host):\(target.port):\(list)"
    }
}
