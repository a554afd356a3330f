/* libcurl, loaded when the first request is made (base/library.h): it brings some thirty libraries
 * with it, and most commands never talk to a server. */
#ifndef GOLDLEAF_NET_CURL_LIBRARY_H
#define GOLDLEAF_NET_CURL_LIBRARY_H

#include "base/err.h"

#include <curl/curl.h>

/* The functions as curl.h declares them, without their "curl_". */
struct curl_library {
    __typeof__(&curl_global_init) global_init;
    __typeof__(&curl_easy_init) easy_init;
    __typeof__(&curl_easy_cleanup) easy_cleanup;
    __typeof__(&curl_easy_reset) easy_reset;
    CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
    CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
    __typeof__(&curl_easy_strerror) easy_strerror;
    __typeof__(&curl_easy_header) easy_header;
    __typeof__(&curl_getdate) getdate;
    __typeof__(&curl_slist_append) slist_append;
    __typeof__(&curl_slist_free_all) slist_free_all;
    __typeof__(&curl_multi_init) multi_init;
    __typeof__(&curl_multi_cleanup) multi_cleanup;
    __typeof__(&curl_multi_add_handle) multi_add_handle;
    __typeof__(&curl_multi_remove_handle) multi_remove_handle;
    __typeof__(&curl_multi_perform) multi_perform;
    __typeof__(&curl_multi_poll) multi_poll;
    __typeof__(&curl_multi_info_read) multi_info_read;
};

/* ERR_FAILED when it is not there. */
bool curl_library_load(struct curl_library *library, struct err *err);

#endif
