#include "base/age.h"

#include "base/clock.h"

#include <time.h>

int64_t age_of(const char *time_text) {
    int64_t at_s = clock_read_utc(time_text);
    return at_s < 0 ? -1 : (int64_t)time(NULL) - at_s;
}

void age_add(struct buf *out, const char *time_text) {
    static const struct {
        int64_t seconds;
        const char *unit;
    } units[] = {{172800, "days"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    int64_t age = age_of(time_text);
    if (age < 0) {
        buf_add_text(out, time_text);
        return;
    }
    size_t i = 0;
    while (i + 1 < COUNT_OF(units) && age < units[i].seconds)
        i++;
    int64_t unit = i == 0 ? 86400 : units[i].seconds;
    buf_printf(out, "%lld %s ago", (long long)(age / unit), units[i].unit);
}
