/* Large blocks of memory in pages of 2 MB instead of 4 KB.
 *
 * The first touch of a page costs a fault; on a virtual machine the faults of a large file take
 * longer than reading it. It is advice: where the system has no such pages, nothing changes. */
#ifndef GOLDLEAF_BASE_HUGE_PAGES_H
#define GOLDLEAF_BASE_HUGE_PAGES_H

#include "base/attr.h"

#include <stdint.h>
#include <sys/mman.h>

#define HUGE_PAGE_BYTES ((size_t)2 * 1024 * 1024)

/* To be called after memory was taken and before it is used; for any block of malloc. */
static inline void huge_pages_advise(void *memory, size_t size) {
    const size_t page = 4096;
    if (size < 2 * HUGE_PAGE_BYTES)
        return;
    size_t skipped = (page - (uintptr_t)memory % page) % page;
    (void)madvise((char *)memory + skipped, (size - skipped) / page * page, MADV_HUGEPAGE);
}

#endif
