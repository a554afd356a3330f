#include "net/curl_library.h"

#include "base/attr.h"
#include "base/library.h"

/* The ABI of curl.h since 2006. */
#define CURL_FILE "libcurl.so.4"

#define FUNCTION(name)                                                                             \
    { "curl_" #name, offsetof(struct curl_library, name) }

static const struct library_function FUNCTIONS[] = {
    FUNCTION(global_init),   FUNCTION(easy_init),        FUNCTION(easy_cleanup),
    FUNCTION(easy_reset),    FUNCTION(easy_setopt),      FUNCTION(easy_getinfo),
    FUNCTION(easy_strerror), FUNCTION(easy_header),      FUNCTION(getdate),
    FUNCTION(slist_append),  FUNCTION(slist_free_all),   FUNCTION(multi_init),
    FUNCTION(multi_cleanup), FUNCTION(multi_add_handle), FUNCTION(multi_remove_handle),
    FUNCTION(multi_perform), FUNCTION(multi_poll),       FUNCTION(multi_info_read),
};

_Static_assert(COUNT_OF(FUNCTIONS) * sizeof(void (*)(void)) == sizeof(struct curl_library),
               "a function is missing in the list");

bool curl_library_load(struct curl_library *library, struct err *err) {
    return library_load(CURL_FILE, "libcurl4", FUNCTIONS, COUNT_OF(FUNCTIONS), library, ERR_FAILED,
                        err);
}
