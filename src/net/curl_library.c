#include "net/curl_library.h"

#include "base/attr.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

/* The ABI of curl.h since 2006. */
#define CURL_FILE "libcurl.so.4"

#define FUNCTION(name)                                                                             \
    { "curl_" #name, offsetof(struct curl_library, name) }

static const struct {
    const char *name;
    size_t offset;
} FUNCTIONS[] = {
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
    void *handle = dlopen(CURL_FILE, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        err_set(err, ERR_FAILED, "%s", dlerror());
        return err_hint(err, "install libcurl (Debian: apt install libcurl4)");
    }
    for (size_t i = 0; i < COUNT_OF(FUNCTIONS); i++) {
        void *function = dlsym(handle, FUNCTIONS[i].name);
        if (!function)
            return err_set(err, ERR_FAILED, CURL_FILE " is too old: it lacks %s",
                           FUNCTIONS[i].name);
        memcpy((char *)library + FUNCTIONS[i].offset, &function, sizeof function);
    }
    return true;
}
