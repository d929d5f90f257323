import MailFormat
import Testing

@Suite("Published keys and policies")
struct KeyRecordTests {
    @Test(
        "A key is read in every form that verifiers take",
        arguments: [
            "v=DKIM1; k=rsa; p=AQID", "p=AQID", "v=DKIM1;p=AQ ID;", "v=DKIM1; h=sha1:sha256; s=email; t=y; p=AQID; n=x",
            "k=RSA; p=AQID", "v = DKIM1 ;\tp = AQID", "v=DKIM1; s=*; p=AQID",
        ])
    func keys(_ text: String) throws {
        let record = try #require(DKIMKeyRecord(Array(text.utf8)))
        #expect(record.keyType == "rsa")
        #expect(record.publicKey == [1, 2, 3])
    }

    @Test("A revoked key is an empty one")
    func revoked() throws { #expect(try #require(DKIMKeyRecord(Array("v=DKIM1; p=".utf8))).publicKey == []) }

    @Test(
        "What no verifier would use is no key",
        arguments: [
            "", "v=DKIM1", "v=DKIM2; p=AQID", "k=rsa; v=DKIM1; p=AQID", "v=DKIM1; h=sha1; p=AQID",
            "v=DKIM1; s=other; p=AQID", "v=DKIM1; p=A*ID", "v=DKIM1; p=AQID; p=AQID", "v=DKIM1 p=AQID; x",
            "v=DKIM1; 1=x; p=AQID", "v=DKIM1; p=AQID\u{0}",
        ])
    func noKeys(_ text: String) { #expect(DKIMKeyRecord(Array(text.utf8)) == nil) }

    @Test("A policy is read whatever it is, and nothing else is one")
    func policies() throws {
        for (text, policy) in [
            ("v=DMARC1; p=none;", DMARCRecord.Policy.none), ("v=DMARC1;p=Quarantine; rua=mailto:a@b", .quarantine),
            ("v = DMARC1 ; sp=none; p=reject", .reject),
        ] { #expect(try #require(DMARCRecord(Array(text.utf8))).policy == policy) }
        for text in ["v=DMARC1", "v=DMARC1; p=maybe", "p=none; v=DMARC1", "v=dmarc1; p=none", "p=none", ""] {
            #expect(DMARCRecord(Array(text.utf8)) == nil)
        }
    }
}
