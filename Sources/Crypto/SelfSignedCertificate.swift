public import Base
import COpenSSL

/// A certificate that signs itself, with a new key of its own (ECDSA over P-256), for a server that nobody has
/// certified: it keeps readers out, and proves nothing to those who meet it for the first time.
public enum SelfSignedCertificate {
    /// Both in PEM; the key is not encrypted.
    public struct Pair: Sendable {
        public let certificate: String
        public let key: String
    }

    /// `names` are what clients may call the server, and the first is the subject's too; `serial` is random. Valid
    /// from a day before `now`, as clocks differ, for ten years. May take a millisecond; never on a shard.
    public static func make(
        names: [Name], serial: [UInt8], now: Instant
    ) throws(CryptoError) -> Pair {
        guard let key = unsafe polyrelay_ec_generate(), let handle = unsafe PrivateKeyHandle(owning: key) else {
            throw OpenSSL.failure(.generateKey)
        }
        guard let certificate = unsafe X509_new() else { throw OpenSSL.failure(.makeCertificate) }
        defer { unsafe X509_free(certificate) }
        let seconds = now.seconds
        guard unsafe X509_set_version(certificate, version3) == 1,
            unsafe setSerial(certificate, serial),
            unsafe ASN1_TIME_set(X509_getm_notBefore(certificate), Int(seconds - secondsBefore)) != nil,
            unsafe ASN1_TIME_set(X509_getm_notAfter(certificate), Int(seconds + secondsValid)) != nil,
            unsafe X509_set_pubkey(certificate, key) == 1,
            unsafe setNames(certificate, names),
            unsafe X509_sign(certificate, key, FetchedAlgorithm.sha256.pointer) > 0
        else { throw OpenSSL.failure(.makeCertificate) }
        let bytes = try unsafe PrivateKeyHandle.encoding { unsafe i2d_X509(certificate, $0) }
        return Pair(
            certificate: PEM.text(bytes, label: "CERTIFICATE"), key: PEM.text(privateKey: try handle.pkcs8()))
    }

    /// What clients may call a server.
    public enum Name: Hashable, Sendable {
        case host(String)
        case address(IPAddress)

        /// As openssl-x509v3_config(5) writes a subjectAltName.
        fileprivate var text: String {
            switch self {
            case .host(let name): "DNS:\(name)"
            case .address(let address): "IP:\(address)"
            }
        }

        fileprivate var bare: String {
            switch self {
            case .host(let name): name
            case .address(let address): address.description
            }
        }
    }

    /// Random bytes that a serial number needs: enough that no two are alike.
    public static let serialBytes = 16
    /// RFC 5280 §4.1.2.1: version 3 is written as 2.
    private static let version3 = 2
    private static let secondsBefore: Int64 = 24 * 3600
    private static let secondsValid: Int64 = 3650 * 24 * 3600

    /// RFC 5280 §4.1.2.2: a positive number of at most 20 octets.
    private static func setSerial(_ certificate: OpaquePointer, _ bytes: [UInt8]) -> Bool {
        var bytes = Array(bytes.prefix(serialBytes))
        if let first = bytes.first { bytes[0] = first & 0x7F | 0x40 }
        guard let number = unsafe BN_bin2bn(bytes, Int32(bytes.count), nil) else { return false }
        defer { unsafe BN_free(number) }
        return unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil
    }

    /// Subject and issuer are the first name; RFC 9525 §2.1 has clients look at the alternative names alone.
    private static func setNames(_ certificate: OpaquePointer, _ names: [Name]) -> Bool {
        guard let subject = unsafe X509_get_subject_name(certificate), let first = names.first else { return false }
        let common = Array(first.bare.utf8)
        guard
            unsafe X509_NAME_add_entry_by_txt(subject, "CN", POLYRELAY_NAME_IN_UTF8, common, Int32(common.count), -1, 0)
                == 1,
            unsafe X509_set_issuer_name(certificate, subject) == 1
        else { return false }
        // RFC 5280 §4.2.1.9: it certifies nobody else.
        return unsafe add(NID_basic_constraints, "critical,CA:FALSE", to: certificate)
            && add(NID_subject_alt_name, names.map(\.text).joined(separator: ","), to: certificate)
    }

    private static func add(_ extensionID: Int32, _ value: String, to certificate: OpaquePointer) -> Bool {
        guard let made = unsafe X509V3_EXT_conf_nid(nil, nil, extensionID, value) else { return false }
        defer { unsafe X509_EXTENSION_free(made) }
        return unsafe X509_add_ext(certificate, made, -1) == 1
    }
}
