/* So many requests in so many seconds and no more: a window that slides over the last ones. */
#ifndef GOLDLEAF_NET_QUOTA_H
#define GOLDLEAF_NET_QUOTA_H

#include <stddef.h>

/* Google lets a service account read 60 times a minute. */
#define QUOTA_REQUESTS 60
#define QUOTA_WINDOW_S 60.0

struct quota {
    double sent_s[QUOTA_REQUESTS]; /* monotonic; a ring */
    size_t count;                  /* of all requests so far */
};

/* How long to wait before the next request may go; 0: not at all. */
double quota_wait_s(const struct quota *quota, double now_s);

void quota_count(struct quota *quota, double now_s);

/* How many of the window's requests are used. */
size_t quota_used(const struct quota *quota, double now_s);

#endif
