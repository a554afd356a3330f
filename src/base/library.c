#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

bool library_load(const char *file, const char *package, const struct library_function *functions,
                  size_t count, void *into, enum err_class class, struct err *err) {
    void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        err_set(err, class, "%s", dlerror());
        return err_hint(err, "install it (Debian: apt install %s)", package);
    }
    for (size_t i = 0; i < count; i++) {
        void *function = dlsym(handle, functions[i].name);
        if (!function)
            return err_set(err, class, "%s is too old: it lacks %s", file, functions[i].name);
        memcpy((char *)into + functions[i].offset, &function, sizeof function);
    }
    return true;
}
