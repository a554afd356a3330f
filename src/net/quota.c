#include "net/quota.h"

double quota_wait_s(const struct quota *quota, double now_s) {
    if (quota->count < QUOTA_REQUESTS)
        return 0;
    double wait_s = quota->sent_s[quota->count % QUOTA_REQUESTS] + QUOTA_WINDOW_S - now_s;
    return wait_s > 0 ? wait_s : 0;
}

void quota_count(struct quota *quota, double now_s) {
    quota->sent_s[quota->count++ % QUOTA_REQUESTS] = now_s;
}

size_t quota_used(const struct quota *quota, double now_s) {
    size_t used = 0;
    for (size_t i = 0; i < QUOTA_REQUESTS && i < quota->count; i++)
        used += now_s - quota->sent_s[i] < QUOTA_WINDOW_S;
    return used;
}
