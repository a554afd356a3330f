/* What Google's Sheets API means by an answer that is not the one that was asked for.
 *
 * Decided by the HTTP status and by "status" and "details[].reason" of the body; the message is
 * only looked at where nothing else tells two cases apart. */
#ifndef GOLDLEAF_SOURCE_GOOGLE_ERROR_H
#define GOLDLEAF_SOURCE_GOOGLE_ERROR_H

#include "net/http.h"

/* Cases that the caller acts upon; the others only have their words. */
enum google_fault {
    GOOGLE_OTHER,
    GOOGLE_TOKEN_REFUSED, /* 401: a new token may help */
    GOOGLE_BAD_RANGE,     /* no such tab, or the range starts behind the tab's end */
};

/* Sets the error for an answer whose status is not 200. `spreadsheet` is the id that was asked for,
 * `email` the address that it should be shared with, or NULL. For an exhausted quota without a
 * Retry-After the response gets one: quotas are refilled by the minute. */
enum google_fault google_error_read(struct http_response *response, const char *spreadsheet,
                                    const char *email, struct err *err);

/* A 200 whose body is not what the API sends; `why` is the reader's error. ERR_TEMPORARY: such a
 * body was cut short, or something else than Google answered. Returns false. */
bool google_error_of_body(const struct http_response *response, const char *why, struct err *err);

#endif
