import Base
import Testing

/// The public parsing corpus: `y_` must be taken, `n_` refused, `i_` is left to the implementation.
@Suite("JSON corpus")
struct JSONCorpusTests {
    /// Grammar alone would take these; RFC 8259 §4 leaves their meaning open, so this server refuses them.
    static let refusedThoughWellFormed: Set = [
        "y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json",
    ]

    /// Our decisions: a number of any size is taken, since it passes through as text; text that is not UTF-8, half
    /// surrogates, a byte order mark and deep nesting are refused.
    static let takenByChoice: Set = [
        "i_number_double_huge_neg_exp.json", "i_number_huge_exp.json", "i_number_neg_int_huge_exp.json",
        "i_number_pos_double_huge_exp.json", "i_number_real_neg_overflow.json", "i_number_real_pos_overflow.json",
        "i_number_real_underflow.json", "i_number_too_big_neg_int.json", "i_number_too_big_pos_int.json",
        "i_number_very_big_negative_int.json",
    ]

    static let refusedByChoice: [String: JSONError.Kind] = [
        "i_object_key_lone_2nd_surrogate.json": .loneSurrogate,
        "i_string_1st_surrogate_but_2nd_missing.json": .loneSurrogate,
        "i_string_1st_valid_surrogate_2nd_invalid.json": .loneSurrogate,
        "i_string_UTF-16LE_with_BOM.json": .unexpectedByte,
        "i_string_UTF-8_invalid_sequence.json": .invalidUTF8,
        "i_string_UTF8_surrogate_U+D800.json": .invalidUTF8,
        "i_string_incomplete_surrogate_and_escape_valid.json": .loneSurrogate,
        "i_string_incomplete_surrogate_pair.json": .loneSurrogate,
        "i_string_incomplete_surrogates_escape_valid.json": .loneSurrogate,
        "i_string_invalid_lonely_surrogate.json": .loneSurrogate,
        "i_string_invalid_surrogate.json": .loneSurrogate,
        "i_string_invalid_utf-8.json": .invalidUTF8,
        "i_string_inverted_surrogates_U+1D11E.json": .loneSurrogate,
        "i_string_iso_latin_1.json": .invalidUTF8,
        "i_string_lone_second_surrogate.json": .loneSurrogate,
        "i_string_lone_utf8_continuation_byte.json": .invalidUTF8,
        "i_string_not_in_unicode_range.json": .invalidUTF8,
        "i_string_overlong_sequence_2_bytes.json": .invalidUTF8,
        "i_string_overlong_sequence_6_bytes.json": .invalidUTF8,
        "i_string_overlong_sequence_6_bytes_null.json": .invalidUTF8,
        "i_string_truncated-utf-8.json": .invalidUTF8,
        "i_string_utf16BE_no_BOM.json": .unexpectedByte,
        "i_string_utf16LE_no_BOM.json": .unexpectedByte,
        "i_structure_500_nested_arrays.json": .tooDeep,
        "i_structure_UTF-8_BOM_empty_object.json": .byteOrderMark,
    ]

    @Test("Every file of the corpus is taken or refused as it must be")
    func corpus() throws {
        guard let files = try Corpus.files("json", withExtension: "json") else { return }
        #expect(files.count > 300)
        for (name, bytes) in files {
            let failure = JSONDocument.failure(bytes)
            switch name.prefix(2) {
            case "y_" where Self.refusedThoughWellFormed.contains(name):
                #expect(failure?.kind == .duplicateMember, "\(name)")
            case "y_": #expect(failure == nil, "\(name)")
            case "n_": #expect(failure != nil, "\(name)")
            case "i_" where Self.takenByChoice.contains(name): #expect(failure == nil, "\(name)")
            default: #expect(failure?.kind == Self.refusedByChoice[name] && failure != nil, "\(name)")
            }
        }
    }

    @Test("What is taken is written back unchanged, and its canonical form keeps its meaning")
    func roundTrip() throws {
        guard let files = try Corpus.files("json", withExtension: "json") else { return }
        for (name, bytes) in files where JSONDocument.failure(bytes) == nil {
            let root = try JSONDocument(bytes, limits: JSONLimits(bytesMax: bytes.count)).root
            #expect(JSONWriter.value(root).elementsEqual(root.raw), "\(name)")
            let canonical = JSONCanonical(root).bytes
            let again = try JSONDocument(canonical, limits: JSONLimits(bytesMax: canonical.count)).root
            #expect(JSONCanonical(again).bytes == canonical, "\(name)")
        }
    }
}
