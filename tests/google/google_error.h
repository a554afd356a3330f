/* Google's error answers, word for word: those of the API and those of the token endpoint, which
 * look quite different. */
#ifndef LOOPBACK_GOOGLE_ERROR_H
#define LOOPBACK_GOOGLE_ERROR_H

#include "reply.h"

enum endpoint {
    ENDPOINT_TOKEN,
    ENDPOINT_METADATA,
    ENDPOINT_VALUES,
    ENDPOINT_OTHER, /* pages of the front end, and our own /__stats */
    ENDPOINT_COUNT,
};

/* "token", "metadata", ... */
extern const char *const endpoint_names[ENDPOINT_COUNT];

/* A named error such as "not-shared"; false when there is none of that name. */
bool google_error_exists(const char *name);
void google_error_set(struct reply *reply, const char *name);

/* What Google answers with that status at that endpoint; a page where the front end answers. */
void google_error_set_status(struct reply *reply, enum endpoint endpoint, int status);

/* {"error":{"code":...,"message":...,"status":...}} */
void google_error_set_api(struct reply *reply, int status, const char *canonical,
                          const char *message);

/* The same with details: {"@type": BadRequest, "fieldViolations":[...]}; `field` may be NULL. */
void google_error_set_bad_field(struct reply *reply, const char *field, const char *message);

/* {"error":...,"error_description":...}; the description may be NULL. */
void google_error_set_token(struct reply *reply, int status, const char *error,
                            const char *description);

/* JSON answers of either endpoint: type and server. The body is the caller's to write. */
void google_reply_start(struct reply *reply, enum endpoint endpoint, int status);

#endif
