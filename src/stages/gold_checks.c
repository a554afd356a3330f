#include "stages/gold_checks.h"

#include "stages/check_counts.h"
#include "stages/gold.h"

static bool count(const struct gold_build *build, const struct check_model *check,
                  int64_t counts[static 2], bool *has_row, struct err *err) {
    return check_read_counts(build->warehouse, check->sql, NULL, 0, counts, has_row, err) ||
           err_wrap(err, "%s (%s)", check->rule, check->sql_path);
}

/* Gold has no "before": its tables are the new ones by now. */
static bool is_sum(const struct gold_build *build, const struct check_model *check) {
    for (size_t i = 0; i < build->model->gold_count; i++)
        if (gold_names_table(check->sql, build->model->gold[i].name))
            return false;
    return check->unit.count > 0;
}

static bool is_same_unit(const struct unit *a, const struct unit *b) {
    for (size_t i = 0; i < a->count && i < b->count; i++)
        if (strcmp(a->columns[i], b->columns[i]) != 0)
            return false;
    return a->count == b->count;
}

/* Whether the check reads nothing that is not narrowed for `sum`, too. */
static bool is_served(const struct gold_build *build, const struct check_model *check,
                      const struct gold_sum *sum) {
    for (size_t i = 0; i < build->model->sheet_count; i++) {
        const struct sheet_model *sheet = &build->model->sheets[i];
        if (gold_reads(check->sql, sheet) && !gold_reads(sum->sql, sheet))
            return false;
    }
    return is_sum(build, check) && is_same_unit(&check->unit, &sum->unit);
}

bool gold_checks_count(const struct gold_build *build, const struct gold_sum *sum,
                       enum gold_side side, struct err *err) {
    for (size_t i = 0; i < build->model->check_count; i++) {
        const struct check_model *check = &build->model->checks[i];
        struct gold_check_change *change = &build->check_changes[i];
        int64_t counts[2] = {0};
        bool has_row;
        if (change->is_known || !is_served(build, check, sum))
            continue;
        if (!count(build, check, counts, &has_row, err))
            return false;
        for (size_t j = 0; j < COUNT_OF(counts); j++)
            change->counts[j] += side == GOLD_NOW ? counts[j] : -counts[j];
        change->is_known = side == GOLD_BEFORE;
    }
    return true;
}

/* Of a check that no gold table took along. */
static bool find_change(const struct gold_build *build, size_t index, struct err *err) {
    const struct check_model *check = &build->model->checks[index];
    struct gold_check_change *change = &build->check_changes[index];
    const struct gold_sum sum = {check->sql, check->unit};
    enum gold_extent extent;
    if (change->is_known || !is_sum(build, check))
        return true;
    if (!gold_units_open(build, &sum, &extent, err))
        return false;
    change->is_known = extent == GOLD_NOTHING;
    return extent != GOLD_UNITS ||
           (gold_checks_count(build, &sum, GOLD_NOW, err) && gold_units_rewind(build, &sum, err) &&
            gold_checks_count(build, &sum, GOLD_BEFORE, err) && gold_units_close(build, &sum, err));
}

/* What the run counted that made the silver that gold was built from. If gold came later, by a run
 * of its own, there is nothing to go on from. */
static bool read_before(const struct gold_build *build, const struct check_model *check,
                        int64_t counts[static 2], bool *has_row, struct err *err) {
    struct value parameters[] = {value_string(build->gold_run), value_string(check->table),
                                 value_string(check->rule)};
    return check_read_counts(build->warehouse, sql_file("audit/check_result"), parameters,
                             COUNT_OF(parameters), counts, has_row, err);
}

static bool record(const struct gold_build *build, const struct check_model *check,
                   const struct audit_run *run, const int64_t counts[static 2], struct err *err) {
    struct value parameters[] = {value_string(run->run_id), value_string(check->table),
                                 value_string(check->rule), value_integer(counts[0]),
                                 value_integer(counts[1])};
    return warehouse_run(build->warehouse, sql_file("audit/add_check_result"), parameters,
                         COUNT_OF(parameters), NULL, err);
}

static bool run_check(const struct gold_build *build, size_t index, const struct audit_run *run,
                      struct err *err) {
    const struct check_model *check = &build->model->checks[index];
    const struct gold_check_change *change = &build->check_changes[index];
    int64_t counts[2] = {0};
    bool has_before, has_row = true;
    if (!read_before(build, check, counts, &has_before, err) ||
        (has_before && !find_change(build, index, err)))
        return false;
    if (has_before && change->is_known)
        for (size_t i = 0; i < COUNT_OF(counts); i++)
            counts[i] += change->counts[i];
    else if (!count(build, check, counts, &has_row, err))
        return false;
    return !has_row || record(build, check, run, counts, err);
}

bool gold_run_checks(const struct gold_build *build, const struct audit_run *run, struct err *err) {
    for (size_t i = 0; i < build->model->check_count; i++)
        if (!run_check(build, i, run, err))
            return false;
    return true;
}
