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

/* To be called after memory was taken and before it is used; for any block of malloc. Whole pages,
 * from the one with malloc's own header on: a mapping with advice for a part of it is two for the
 * system, and realloc() would then copy it instead of moving its pages. */
static inline void huge_pages_advise(void *memory, size_t size) {
    const uintptr_t page = 4096;
    if (size < 2 * HUGE_PAGE_BYTES)
        return;
    uintptr_t start = (uintptr_t)memory / page * page;
    uintptr_t end = ((uintptr_t)memory + size + page - 1) / page * page;
    (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
}

#endif
