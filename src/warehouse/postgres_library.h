/* libpq, loaded when the first server is connected to (base/library.h): it brings some twenty
 * libraries with it, and whoever keeps a warehouse in SQLite needs none of them. */
#ifndef GOLDLEAF_WAREHOUSE_POSTGRES_LIBRARY_H
#define GOLDLEAF_WAREHOUSE_POSTGRES_LIBRARY_H

#include "base/err.h"

#include <libpq-fe.h>

/* The functions as libpq-fe.h declares them, without their "PQ". */
struct postgres_library {
    __typeof__(&PQconninfoParse) conninfoParse;
    __typeof__(&PQconninfoFree) conninfoFree;
    __typeof__(&PQconnectStartParams) connectStartParams;
    __typeof__(&PQconninfo) conninfo;
    __typeof__(&PQconnectdbParams) connectdbParams;
    __typeof__(&PQfinish) finish;
    __typeof__(&PQstatus) status;
    __typeof__(&PQtransactionStatus) transactionStatus;
    __typeof__(&PQserverVersion) serverVersion;
    __typeof__(&PQparameterStatus) parameterStatus;
    __typeof__(&PQsetNoticeProcessor) setNoticeProcessor;
    __typeof__(&PQsetnonblocking) setnonblocking;
    __typeof__(&PQsocket) socket;
    __typeof__(&PQerrorMessage) errorMessage;
    __typeof__(&PQsendQuery) sendQuery;
    __typeof__(&PQsendQueryParams) sendQueryParams;
    __typeof__(&PQsendPrepare) sendPrepare;
    __typeof__(&PQsendQueryPrepared) sendQueryPrepared;
    __typeof__(&PQsendDescribePrepared) sendDescribePrepared;
    __typeof__(&PQsetSingleRowMode) setSingleRowMode;
    __typeof__(&PQconsumeInput) consumeInput;
    __typeof__(&PQisBusy) isBusy;
    __typeof__(&PQgetResult) getResult;
    __typeof__(&PQflush) flush;
    __typeof__(&PQpipelineStatus) pipelineStatus;
    __typeof__(&PQenterPipelineMode) enterPipelineMode;
    __typeof__(&PQpipelineSync) pipelineSync;
    __typeof__(&PQexitPipelineMode) exitPipelineMode;
    __typeof__(&PQgetCancel) getCancel;
    __typeof__(&PQcancel) cancel;
    __typeof__(&PQfreeCancel) freeCancel;
    __typeof__(&PQputCopyData) putCopyData;
    __typeof__(&PQputCopyEnd) putCopyEnd;
    __typeof__(&PQgetCopyData) getCopyData;
    __typeof__(&PQresultStatus) resultStatus;
    __typeof__(&PQresultErrorField) resultErrorField;
    __typeof__(&PQcopyResult) copyResult;
    __typeof__(&PQcmdTuples) cmdTuples;
    __typeof__(&PQntuples) ntuples;
    __typeof__(&PQnfields) nfields;
    __typeof__(&PQfname) fname;
    __typeof__(&PQftype) ftype;
    __typeof__(&PQfmod) fmod;
    __typeof__(&PQgetisnull) getisnull;
    __typeof__(&PQgetlength) getlength;
    __typeof__(&PQgetvalue) getvalue;
    __typeof__(&PQclear) clear;
    __typeof__(&PQfreemem) freemem;
};

/* ERR_DATABASE when it is not there. */
bool postgres_library_load(struct postgres_library *library, struct err *err);

#endif
