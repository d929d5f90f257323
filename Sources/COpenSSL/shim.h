// OpenSSL 3. Many of its calls are macros; the ones in use are wrapped here. Imported by Crypto and TLS alone.
#ifndef POLYRELAY_COPENSSL_H
#define POLYRELAY_COPENSSL_H

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// Crypto: `EVP_PKEY_Q_keygen` takes a variable list of arguments, which Swift cannot call.
static inline EVP_PKEY *polyrelay_rsa_generate(unsigned int bits) {
    return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
}

static inline EVP_PKEY *polyrelay_ec_generate(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"); }

static const int POLYRELAY_NAME_IN_UTF8 = MBSTRING_UTF8;

// TLS: what OpenSSL offers as macros, and one callback that is simpler in C.
static inline int polyrelay_tls_require_version_1_2(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

static inline void polyrelay_tls_set_options(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

static inline int polyrelay_tls_set_server_name(SSL *stream, const char *name) {
    return (int)SSL_set_tlsext_host_name(stream, name);
}

// A memory BIO that says "try again" when it is empty, not "end of file".
static inline BIO *polyrelay_tls_memory(void) {
    BIO *memory = BIO_new(BIO_s_mem());
    if (memory) BIO_set_mem_eof_return(memory, -1);
    return memory;
}

// RFC 7301 §3.2: a client that offers protocols, and not ours, is refused with an alert.
static inline int polyrelay_tls_choose_http11(SSL *stream, const unsigned char **chosen, unsigned char *length,
                                              const unsigned char *offered, unsigned int offered_length, void *unused) {
    static const unsigned char http11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    (void)stream, (void)unused;
    int found = SSL_select_next_proto((unsigned char **)chosen, length, http11, sizeof http11, offered, offered_length);
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static inline void polyrelay_tls_speak_http11(SSL_CTX *context) {
    SSL_CTX_set_alpn_select_cb(context, polyrelay_tls_choose_http11, NULL);
}

#endif
