/* Days as numbers. */
#include "base/day.h"
#include "report/cube.h"

#define DAYS_BEFORE_1970 25568 /* from 1899-12-31, which is day 0 */

int64_t cube_day_read(struct span text) {
    struct day day;
    return text.size >= 10 && day_read(text.data, &day) && day.year >= 1900
               ? day_to_number(day) + DAYS_BEFORE_1970
               : 0;
}

static struct day day_of(int64_t day_number) {
    return day_from_number(day_number - DAYS_BEFORE_1970);
}

void cube_day_write(int64_t day_number, struct buf *out) {
    struct day day = day_of(day_number);
    if (day_number > 0)
        buf_printf(out, "%04d-%02d-%02d", day.year, day.month, day.day);
}

int64_t cube_month_of(int64_t day_number) {
    struct day day = day_of(day_number);
    int64_t months = ((int64_t)day.year - 1900) * 12 + day.month - 1;
    return months < 0 || months >= CUBE_MONTHS ? -1 : months;
}

int64_t cube_day_first_of_month(int64_t day_number) {
    return day_number - day_of(day_number).day + 1;
}
