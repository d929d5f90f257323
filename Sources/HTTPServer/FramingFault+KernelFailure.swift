import HTTPWire
import Model

extension FramingFault {
    /// The fault in the kernel's words, so that the listener's personality can answer it.
    var failure: KernelFailure {
        switch self {
        case .headTooLarge(let limit), .fieldLinesExceeded(let limit), .targetTooLong(let limit):
            .headTooLarge(limitBytes: limit)
        case .bodyTooLarge(let limit): .bodyTooLarge(limitBytes: limit)
        case .transferCodingUnsupported: .codingUnsupported
        case .methodInvalid, .bareLineFeed, .bareCarriageReturn, .leadingEmptyLinesExceeded:
            .malformedRequest(.requestLine)
        case .targetMissing, .targetByteInvalid, .targetFragment, .targetFormInvalid: .malformedRequest(.target)
        case .versionInvalid, .versionUnsupported: .malformedRequest(.version)
        case .lineFolded, .colonMissing, .fieldNameWhitespace, .fieldNameInvalid, .fieldValueInvalid:
            .malformedRequest(.field)
        case .hostMissing, .hostDuplicated, .hostInvalid: .malformedRequest(.host)
        case .contentLengthInvalid, .contentLengthOverflow, .contentLengthRepeated,
            .contentLengthWithTransferEncoding, .transferEncodingBeforeHTTP11, .transferEncodingInvalid,
            .messageTruncated:
            .malformedRequest(.framing)
        case .chunkSizeInvalid, .chunkSizeOverflow, .chunkExtensionInvalid, .chunkExtensionsTooLong,
            .chunkDataUnterminated, .trailerTooLarge:
            .malformedRequest(.chunk)
        }
    }
}
