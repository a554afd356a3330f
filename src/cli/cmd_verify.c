#include "cli/commands.h"

bool cmd_verify(struct session *session, struct err *err) {
    (void)session;
    return err_set(err, ERR_FAILED, "not yet");
}
