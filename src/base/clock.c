#include "base/clock.h"

#define UTC_FORM "%Y-%m-%dT%H:%M:%SZ"

void clock_write_utc(int64_t at_s, char out[static CLOCK_TEXT_SIZE]) {
    struct tm utc;
    gmtime_r(&(time_t){(time_t)at_s}, &utc);
    strftime(out, CLOCK_TEXT_SIZE, UTC_FORM, &utc);
}

void clock_now_utc(char out[static CLOCK_TEXT_SIZE]) {
    clock_write_utc((int64_t)time(NULL), out);
}

int64_t clock_read_utc(const char *text) {
    struct tm utc = {0};
    return text && strptime(text, UTC_FORM, &utc) ? (int64_t)timegm(&utc) : -1;
}

double clock_monotonic_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
