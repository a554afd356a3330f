#include "cli/kpi_value.h"

#include "model/cell.h"

void kpi_value_add(struct buf *out, const struct field *field, struct value value, bool is_exact) {
    struct arena scratch = {0};
    if (value.kind == VALUE_NULL)
        buf_add_text(out, "(none)");
    else if (value.kind == VALUE_REAL && !is_exact)
        buf_printf(out, value.real > -1000 && value.real < 1000 ? "%.4g" : "%.2f", value.real);
    else
        buf_add(out, cell_format(field, value, &scratch));
    arena_free(&scratch);
}

void kpi_value_add_change(struct buf *out, const struct field *field, struct value before,
                          struct value after) {
    struct buf old = {0}, new = {0};
    kpi_value_add(&old, field, before, false);
    kpi_value_add(&new, field, after, false);
    if (span_equal(buf_span(&old), buf_span(&new))) {
        buf_clear(&old);
        buf_clear(&new);
        kpi_value_add(&old, field, before, true);
        kpi_value_add(&new, field, after, true);
    }
    buf_printf(out, "%s \u2192 %s", buf_text(&old), buf_text(&new));
    buf_free(&old);
    buf_free(&new);
}
