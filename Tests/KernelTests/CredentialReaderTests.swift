import Kernel
import Model
import Testing

@Suite("Credential reader")
struct CredentialReaderTests {
    private func reader(
        _ precedence: CredentialForm.Precedence = .authorization, anyForm: Bool = false
    ) -> CredentialReader {
        CredentialReader(
            form: CredentialForm(
                scheme: "Bearer", prefixes: [.init("ck_", kind: .secret, mode: .live)], keyField: "X-API-Key",
                precedence: precedence, takesAnyForm: anyForm))
    }

    private func token(
        _ reader: CredentialReader, _ authorization: String?, _ keyField: String?
    ) throws(KernelFailure) -> String {
        let token = try reader.token(
            authorization: authorization.map { ArraySlice($0.utf8) }, keyField: keyField.map { ArraySlice($0.utf8) })
        return String(decoding: token, as: UTF8.self)
    }

    @Test("Either field will do alone, and an empty key field is none", arguments: ["ck_a", "Bearer ck_a"])
    func alone(value: String) throws {
        for precedence in [CredentialForm.Precedence.authorization, .keyField, .wellFormedAuthorization] {
            let reader = reader(precedence)
            if value.hasPrefix("Bearer") {
                #expect(try token(reader, value, nil) == "ck_a")
                #expect(try token(reader, value, "") == "ck_a")
            } else {
                #expect(try token(reader, nil, value) == "ck_a")
            }
            #expect(throws: KernelFailure.credentialMissing) { try token(reader, nil, nil) }
            #expect(throws: KernelFailure.credentialMissing) { try token(reader, nil, "") }
            #expect(throws: KernelFailure.credentialMalformed(.form)) { try token(reader, nil, "Bearer ck_a") }
        }
    }

    @Test("Which of two keys counts is the dialect's rule")
    func precedence() throws {
        #expect(try token(reader(.authorization), "Bearer ck_a", "ck_b") == "ck_a")
        #expect(try token(reader(.keyField), "Bearer ck_a", "ck_b") == "ck_b")
        #expect(try token(reader(.wellFormedAuthorization), "Bearer ck_a", "ck_b") == "ck_a")
        #expect(try token(reader(.wellFormedAuthorization), "Bearer eyJ", "ck_b") == "ck_b")
        #expect(try token(reader(.wellFormedAuthorization), "Basic eyJ", "ck_b") == "ck_b")
        #expect(throws: KernelFailure.credentialMalformed(.form)) {
            try token(reader(.authorization), "Bearer eyJ", "ck_b")
        }
    }

    @Test("Where any form is taken only the scheme is looked at")
    func anyForm() throws {
        #expect(try token(reader(anyForm: true), "Bearer whatever", nil) == "whatever")
        #expect(throws: KernelFailure.credentialMalformed(.scheme)) { try token(reader(anyForm: true), "Basic x", nil) }
    }
}
