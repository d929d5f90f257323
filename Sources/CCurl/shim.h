// libcurl. curl_easy_setopt and its kin are variadic macros; typed wrappers stand here.
// Imported by HTTPDelivery alone.
#ifndef POLYRELAY_CCURL_H
#define POLYRELAY_CCURL_H

#include <curl/curl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline CURLcode polyrelay_curl_set_long(CURL *h, CURLoption o, long v) { return (curl_easy_setopt)(h, o, v); }
static inline CURLcode polyrelay_curl_set_string(CURL *h, CURLoption o, const char *v) { return (curl_easy_setopt)(h, o, v); }
static inline CURLcode polyrelay_curl_set_pointer(CURL *h, CURLoption o, void *v) { return (curl_easy_setopt)(h, o, v); }
static inline CURLcode polyrelay_curl_set_write(CURL *h, curl_write_callback v) {
    return (curl_easy_setopt)(h, CURLOPT_WRITEFUNCTION, v);
}
static inline CURLcode polyrelay_curl_set_header(CURL *h, curl_write_callback v) {
    return (curl_easy_setopt)(h, CURLOPT_HEADERFUNCTION, v);
}
static inline CURLcode polyrelay_curl_set_opensocket(CURL *h, curl_opensocket_callback v) {
    return (curl_easy_setopt)(h, CURLOPT_OPENSOCKETFUNCTION, v);
}
static inline CURLcode polyrelay_curl_set_headers(CURL *h, struct curl_slist *v) {
    return (curl_easy_setopt)(h, CURLOPT_HTTPHEADER, v);
}
static inline CURLcode polyrelay_curl_set_resolve(CURL *h, struct curl_slist *v) {
    return (curl_easy_setopt)(h, CURLOPT_RESOLVE, v);
}
static inline CURLcode polyrelay_curl_get_long(CURL *h, CURLINFO i, long *v) { return (curl_easy_getinfo)(h, i, v); }
static inline CURLcode polyrelay_curl_get_offset(CURL *h, CURLINFO i, int64_t *v) {
    curl_off_t value = 0;
    CURLcode code = (curl_easy_getinfo)(h, i, &value);
    *v = value;
    return code;
}

static inline CURLMcode polyrelay_curl_multi_set_long(CURLM *m, CURLMoption o, long v) {
    return (curl_multi_setopt)(m, o, v);
}
static inline CURLMcode polyrelay_curl_multi_set_pointer(CURLM *m, CURLMoption o, void *v) {
    return (curl_multi_setopt)(m, o, v);
}
static inline CURLMcode polyrelay_curl_multi_set_socket(CURLM *m, curl_socket_callback v) {
    return (curl_multi_setopt)(m, CURLMOPT_SOCKETFUNCTION, v);
}
static inline CURLMcode polyrelay_curl_multi_set_timer(CURLM *m, curl_multi_timer_callback v) {
    return (curl_multi_setopt)(m, CURLMOPT_TIMERFUNCTION, v);
}
// The next finished transfer and its result; NULL when there is none.
static inline CURL *polyrelay_curl_multi_finished(CURLM *m, CURLcode *result) {
    int left = 0;
    struct CURLMsg *message;
    while ((message = curl_multi_info_read(m, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return message->easy_handle;
        }
    }
    return NULL;
}

// Host and port of a URL as libcurl itself reads them, so that who judges them judges what is connected to. False for
// what is no URL with a host, or has user information.
static inline int polyrelay_curl_target(const char *url, char *host, size_t capacity, uint16_t *port) {
    CURLU *parsed = curl_url();
    char *name = NULL, *number = NULL;
    int good = parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK &&
               curl_url_get(parsed, CURLUPART_HOST, &name, 0) == CURLUE_OK &&
               curl_url_get(parsed, CURLUPART_PORT, &number, CURLU_DEFAULT_PORT) == CURLUE_OK &&
               strlen(name) < capacity;
    if (good) {
        strcpy(host, name);
        *port = (uint16_t)atoi(number);
    }
    curl_free(name);
    curl_free(number);
    curl_url_cleanup(parsed);
    return good;
}

// The address that libcurl is about to connect to, in network order: its length in bytes, 0 for a family not spoken here.
static inline int polyrelay_curl_address(const struct curl_sockaddr *a, uint8_t bytes[16], uint16_t *port) {
    if (a->family == AF_INET) {
        const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)&a->addr;
        memcpy(bytes, &ipv4->sin_addr, 4);
        *port = ntohs(ipv4->sin_port);
        return 4;
    }
    if (a->family == AF_INET6) {
        const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)&a->addr;
        memcpy(bytes, &ipv6->sin6_addr, 16);
        *port = ntohs(ipv6->sin6_port);
        return 16;
    }
    return 0;
}

#endif
