#include "warehouse/postgres_library.h"

#include "base/attr.h"
#include "base/library.h"

/* The ABI of libpq-fe.h since PostgreSQL 8.2. */
#define PQ_FILE "libpq.so.5"

#define FUNCTION(name)                                                                             \
    { "PQ" #name, offsetof(struct postgres_library, name) }

static const struct library_function FUNCTIONS[] = {
    FUNCTION(conninfoParse),
    FUNCTION(conninfoFree),
    FUNCTION(connectStartParams),
    FUNCTION(conninfo),
    FUNCTION(connectdbParams),
    FUNCTION(finish),
    FUNCTION(status),
    FUNCTION(transactionStatus),
    FUNCTION(serverVersion),
    FUNCTION(parameterStatus),
    FUNCTION(setNoticeProcessor),
    FUNCTION(setnonblocking),
    FUNCTION(socket),
    FUNCTION(errorMessage),
    FUNCTION(sendQuery),
    FUNCTION(sendQueryParams),
    FUNCTION(sendPrepare),
    FUNCTION(sendQueryPrepared),
    FUNCTION(sendDescribePrepared),
    FUNCTION(setSingleRowMode),
    FUNCTION(consumeInput),
    FUNCTION(isBusy),
    FUNCTION(getResult),
    FUNCTION(flush),
    FUNCTION(pipelineStatus),
    FUNCTION(enterPipelineMode),
    FUNCTION(pipelineSync),
    FUNCTION(exitPipelineMode),
    FUNCTION(getCancel),
    FUNCTION(cancel),
    FUNCTION(freeCancel),
    FUNCTION(putCopyData),
    FUNCTION(putCopyEnd),
    FUNCTION(getCopyData),
    FUNCTION(resultStatus),
    FUNCTION(resultErrorField),
    FUNCTION(copyResult),
    FUNCTION(cmdTuples),
    FUNCTION(ntuples),
    FUNCTION(nfields),
    FUNCTION(fname),
    FUNCTION(ftype),
    FUNCTION(fmod),
    FUNCTION(getisnull),
    FUNCTION(getlength),
    FUNCTION(getvalue),
    FUNCTION(clear),
    FUNCTION(freemem),
};

_Static_assert(COUNT_OF(FUNCTIONS) * sizeof(void (*)(void)) == sizeof(struct postgres_library),
               "a function is missing in the list");

bool postgres_library_load(struct postgres_library *library, struct err *err) {
    return library_load(PQ_FILE, "libpq5", FUNCTIONS, COUNT_OF(FUNCTIONS), library, ERR_DATABASE,
                        err);
}
