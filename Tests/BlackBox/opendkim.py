"""OpenDKIM's own verifier, driven through its library so that no DNS server is needed.

`libopendkim` can read public keys from a file (its query method "file", made for tests); the `opendkim` milter and
`opendkim-testmsg` are thin shells around the same calls.
"""

import ctypes
from dataclasses import dataclass
from pathlib import Path

LIBRARY = "libopendkim.so.11"

# Values of opendkim/dkim.h.
_SETOPT = 1
_OPT_QUERY_METHOD = 6
_OPT_QUERY_INFO = 7
_QUERY_FILE = 1
_FEATURE_ED25519 = 11
_STAT_OK = 0
_FLAG_PASSED = 0x04
_BODY_HASH_MATCH = 0
_ALGORITHMS = {0: "rsa-sha1", 1: "rsa-sha256", 2: "ed25519-sha256"}


@dataclass(frozen=True)
class Verdict:
    """What OpenDKIM says of one signature."""

    selector: str
    domain: str
    algorithm: str
    passed: bool
    error: str


def _load():
    library = ctypes.CDLL(LIBRARY)
    pointer, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    status = ctypes.c_int
    for name, result, arguments in [
        ("dkim_init", pointer, [pointer, pointer]),
        ("dkim_close", None, [pointer]),
        ("dkim_options", status, [pointer, ctypes.c_int, ctypes.c_int, pointer, size]),
        ("dkim_libfeature", ctypes.c_bool, [pointer, ctypes.c_uint]),
        ("dkim_verify", pointer, [pointer, text, pointer, ctypes.POINTER(status)]),
        ("dkim_chunk", status, [pointer, text, size]),
        ("dkim_eom", status, [pointer, pointer]),
        ("dkim_getsiglist", status, [pointer, ctypes.POINTER(ctypes.POINTER(pointer)), ctypes.POINTER(ctypes.c_int)]),
        ("dkim_sig_process", status, [pointer, pointer]),
        ("dkim_sig_getflags", ctypes.c_uint, [pointer]),
        ("dkim_sig_getbh", ctypes.c_int, [pointer]),
        ("dkim_sig_geterror", ctypes.c_int, [pointer]),
        ("dkim_sig_geterrorstr", text, [ctypes.c_int]),
        ("dkim_sig_getselector", text, [pointer]),
        ("dkim_sig_getdomain", text, [pointer]),
        ("dkim_sig_getsignalg", status, [pointer, ctypes.POINTER(ctypes.c_int)]),
        ("dkim_free", status, [pointer]),
    ]:
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def available() -> bool:
    try:
        _load()
    except OSError:
        return False
    return True


def knows_ed25519() -> bool:
    library = _load()
    handle = library.dkim_init(None, None)
    try:
        return library.dkim_libfeature(handle, _FEATURE_ED25519)
    finally:
        library.dkim_close(handle)


def verify(message: bytes, keys: dict[str, str], scratch: Path) -> list[Verdict]:
    """The verdict on every DKIM-Signature of `message`; `keys` maps `selector._domainkey.domain` to a TXT value."""
    key_file = scratch / "opendkim-keys"
    key_file.write_text("".join(f"{name} {value}\n" for name, value in keys.items()))
    library = _load()
    handle = library.dkim_init(None, None)
    try:
        _read_keys_from(library, handle, key_file)
        return _verify(library, handle, message)
    finally:
        library.dkim_close(handle)


def _read_keys_from(library, handle, key_file: Path) -> None:
    method = ctypes.c_int(_QUERY_FILE)
    path = ctypes.create_string_buffer(str(key_file).encode())
    for option, value, size in [
        (_OPT_QUERY_METHOD, method, ctypes.sizeof(method)),
        # The library copies the path itself, so the size is that of the text.
        (_OPT_QUERY_INFO, path, len(path.value)),
    ]:
        answer = library.dkim_options(handle, _SETOPT, option, ctypes.byref(value), size)
        assert answer == _STAT_OK, f"dkim_options({option}) answered {answer}"


def _verify(library, handle, message: bytes) -> list[Verdict]:
    status = ctypes.c_int()
    run = library.dkim_verify(handle, b"blackbox", None, ctypes.byref(status))
    assert run, f"dkim_verify answered {status.value}"
    try:
        assert library.dkim_chunk(run, message, len(message)) == _STAT_OK
        assert library.dkim_chunk(run, None, 0) == _STAT_OK
        library.dkim_eom(run, None)  # its own verdict is that of one signature; each is asked for below
        return [_verdict(library, run, signature) for signature in _signatures(library, run)]
    finally:
        library.dkim_free(run)


def _signatures(library, run) -> list[ctypes.c_void_p]:
    signatures = ctypes.POINTER(ctypes.c_void_p)()
    count = ctypes.c_int()
    if library.dkim_getsiglist(run, ctypes.byref(signatures), ctypes.byref(count)) != _STAT_OK:
        return []
    return [signatures[index] for index in range(count.value)]


def _verdict(library, run, signature) -> Verdict:
    library.dkim_sig_process(run, signature)
    algorithm = ctypes.c_int(-1)
    library.dkim_sig_getsignalg(signature, ctypes.byref(algorithm))
    error = library.dkim_sig_geterrorstr(library.dkim_sig_geterror(signature)) or b""
    passed = bool(library.dkim_sig_getflags(signature) & _FLAG_PASSED)
    return Verdict(
        selector=(library.dkim_sig_getselector(signature) or b"").decode(),
        domain=(library.dkim_sig_getdomain(signature) or b"").decode(),
        algorithm=_ALGORITHMS.get(algorithm.value, str(algorithm.value)),
        passed=passed and library.dkim_sig_getbh(signature) == _BODY_HASH_MATCH,
        error=error.decode(),
    )
