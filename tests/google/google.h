/* What all connections share, and the endpoints that answer from it. */
#ifndef LOOPBACK_GOOGLE_H
#define LOOPBACK_GOOGLE_H

#include "google_error.h"
#include "keys.h"
#include "library.h"
#include "options.h"
#include "reply.h"
#include "request.h"
#include "stats.h"
#include "tokens.h"
#include "values_write.h"

struct google {
    struct options options;
    struct library library;
    struct key_ring keys;
    struct token_store tokens;
    struct stats stats;
};

/* POST /token */
void token_answer(struct google *google, struct request *request, struct reply *reply);

/* GET /v4/spreadsheets/... */
void sheets_answer(struct google *google, struct request *request, const struct quirks *quirks,
                   struct reply *reply);

/* Which of them a request is for. */
enum endpoint sheets_endpoint(struct span path);

/* One request from arrival to the last byte. False when the connection is to be closed. */
bool exchange_run(struct google *google, struct request *request, int socket);

#endif
