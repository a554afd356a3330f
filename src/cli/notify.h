/* Words to the service manager, by systemd's protocol: a datagram to the socket that NOTIFY_SOCKET
 * names. Without one nothing is said. */
#ifndef GOLDLEAF_CLI_NOTIFY_H
#define GOLDLEAF_CLI_NOTIFY_H

#include "base/attr.h"

/* "READY=1", "STATUS=...", "WATCHDOG=1", "STOPPING=1". Nothing fails: nobody could do anything. */
void notify_say(const char *format, ...) PRINTF_LIKE(1, 2);

/* How often the manager wants to hear of us, in seconds; 0: it does not. Half of WATCHDOG_USEC. */
double notify_watchdog_s(void);

#endif
