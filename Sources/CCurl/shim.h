// libcurl. curl_easy_setopt and curl_easy_getinfo are variadic macros; typed wrappers stand here.
// Imported by HTTPDelivery alone.
#ifndef POLYRELAY_CCURL_H
#define POLYRELAY_CCURL_H

#include <curl/curl.h>

static inline CURLcode polyrelay_curl_set_long(CURL *h, CURLoption o, long v) { return (curl_easy_setopt)(h, o, v); }
static inline CURLcode polyrelay_curl_set_string(CURL *h, CURLoption o, const char *v) { return (curl_easy_setopt)(h, o, v); }
static inline CURLcode polyrelay_curl_set_pointer(CURL *h, CURLoption o, void *v) { return (curl_easy_setopt)(h, o, v); }
static inline CURLcode polyrelay_curl_set_write(CURL *h, curl_write_callback v) {
    return (curl_easy_setopt)(h, CURLOPT_WRITEFUNCTION, v);
}
static inline CURLcode polyrelay_curl_set_headers(CURL *h, struct curl_slist *v) {
    return (curl_easy_setopt)(h, CURLOPT_HTTPHEADER, v);
}
static inline CURLcode polyrelay_curl_get_long(CURL *h, CURLINFO i, long *v) { return (curl_easy_getinfo)(h, i, v); }

#endif
