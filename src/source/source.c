#include "source/source.h"

void source_close(struct source *source) {
    if (source)
        source->close(source);
}
