/* One read request to the Sheets API: token, quota, repetition, and what errors mean.
 * Private to the Sheets source. */
#ifndef GOLDLEAF_SOURCE_SHEETS_API_H
#define GOLDLEAF_SOURCE_SHEETS_API_H

#include "net/quota.h"
#include "source/google_error.h"
#include "source/sheets.h"

struct sheets_api {
    const struct sheets_settings *settings;
    struct quota quota;
};

struct sheets_request {
    const char *spreadsheet; /* id */
    const char *query;       /* behind the id: "?fields=...", "/values:batchGet?..." */
    /* Reads the body of a good answer. False when it is not what the API sends: it will be asked
     * for again. */
    bool (*read)(void *context, struct span body, struct err *err);
    void *context;
    enum google_fault fault; /* set: what Google objected to, when it failed */
    bool is_too_large;       /* set: the answer went over the ceiling */
};

bool sheets_api_get(struct sheets_api *api, struct sheets_request *request, struct err *err);

#endif
