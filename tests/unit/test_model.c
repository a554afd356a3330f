/* Reading models: one that uses every property, and a folder for every fault. */
#include "model_fixture.h"

#include "model/cell.h"
#include "model/reader.h"
#include "model/words.h"

#include <dirent.h>

#define FIXTURES GOLDLEAF_FIXTURES_DIR "/model/"

static void test_good_model_package(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_read_good(&fixture, FIXTURES "good");
    const struct model *model = fixture.model;
    assert_string_equal(model->title, "Shop");
    assert_string_equal(model->version, "2.1.0");
    assert_string_equal(model->time_zone, "Europe/Berlin");
    /* sales waits for shops; notes, which is free, keeps its place in the file */
    assert_int_equal(model->build_order[0], 1);
    assert_int_equal(model->build_order[1], 0);
    assert_int_equal(model->build_order[2], 2);
    const struct sheet_model *sales = sheet_of(model, "sales");
    assert_string_equal(sales->path, "data/sales.csv");
    assert_null(sales->title); /* it is empty, which is none */
    check_list(sales->fields, sales->key, sales->key_count, "sale_id line");
    check_required(sales, "sale_id line shop_id amount");
    check_list(sales->fields, sales->cluster, sales->cluster_count, "shop_id");
    check_references(model, sales, "shop_id > shops shop_id;");
    assert_int_equal(sales->references[0].match_count, 2);
    assert_false(sales->references[0].matches[1].inherit);
    assert_string_equal(model->gold[0].sql,
                        "WITH t AS (SELECT sale_id, ';--' AS note, \"a;b\" "
                        "FROM silver_sales -- why; why not\n)\nSELECT * FROM t");
    assert_string_equal(model->gold[0].fields[model->gold[0].show_by].name, "amount");
    assert_true(model->gold[0].show_descending);
    assert_string_equal(model->checks[1].table, "silver_sales");
    assert_string_equal(model->checks[1].sql,
                        "select count(*), sum('it''s' = ';') from silver_sales");
    fixture_free(&fixture);
}

static bool read_changed(const struct model_source *source, struct arena *arena, const char *path,
                         struct span *text, struct err *err) {
    (void)arena, (void)path, (void)err;
    *text = span_from(source->root);
    return true;
}

/* Any change of a file shows in the fingerprint, and nothing else does. */
static void test_fingerprint(void **state) {
    (void)state;
    static const char descriptor[] =
        "{\"name\": \"x\", \"resources\": [{\"name\": \"s\", \"path\": \"s.csv\", \"schema\": "
        "{\"primaryKey\": \"a\", \"fields\": [{\"name\": \"a\", \"type\": \"string\"}]}}],"
        " \"goldleaf:checks\": [{\"rule\": \"r\", \"table\": \"silver_s\", \"sql\": \"r.sql\"}]}";
    struct arena arena = {0};
    struct model_faults faults = {.arena = &arena};
    struct model_source first = {read_changed, "SELECT 1"}, second = {read_changed, "SELECT 2"};
    const struct model *a = model_parse(&arena, SPAN(descriptor), &first, &faults);
    const struct model *b = model_parse(&arena, SPAN(descriptor), &first, &faults);
    const struct model *c = model_parse(&arena, SPAN(descriptor), &second, &faults);
    const char *longer = arena_printf(&arena, "%s\n", descriptor);
    const struct model *d = model_parse(&arena, span_from(longer), &first, &faults);
    assert_int_equal(faults.count, 0);
    assert_string_equal(a->fingerprint, b->fingerprint);
    assert_string_not_equal(a->fingerprint, c->fingerprint);
    assert_string_not_equal(a->fingerprint, d->fingerprint);
    model_faults_free(&faults);
    arena_free(&arena);
}

static void check_limits(const struct field *field, bool has_minimum, int64_t minimum,
                         bool is_exclusive, bool has_maximum, int64_t maximum) {
    assert_int_equal(field->has_minimum, has_minimum);
    assert_int_equal(field->minimum, minimum);
    assert_int_equal(field->minimum_is_exclusive, is_exclusive);
    assert_int_equal(field->has_maximum, has_maximum);
    assert_int_equal(field->maximum, maximum);
}

static void test_good_model_fields(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_read_good(&fixture, FIXTURES "good");
    const struct model *model = fixture.model;
    check_types(sheet_of(model, "sales")->fields, sheet_of(model, "sales")->field_count,
                "string integer string money number currency enum enum date date datetime boolean "
                "email string");
    check_limits(field_of(model, "sales", "line"), true, 0, true, true, 999);
    check_limits(field_of(model, "sales", "amount"), true, -5, false, true, 100000050);
    check_limits(field_of(model, "sales", "weight"), true, 0, false, false, 0);
    const struct field *sold_on = field_of(model, "sales", "sold_on");
    const struct field *packed_at = field_of(model, "sales", "packed_at");
    assert_int_equal(sold_on->date_form_count, 5);
    assert_int_equal(sold_on->date_forms[3], DATE_DAY_SLASH);
    assert_int_equal(packed_at->date_form_count, 3);
    assert_int_equal(packed_at->date_forms[1], DATE_MONTH_SLASH);
    assert_int_equal(packed_at->missing_value_count, 1);
    assert_int_equal(sold_on->missing_value_count, 2);
    assert_true(span_is(sold_on->missing_values[1], "N/A"));
    assert_int_equal(field_of(model, "sales", "paid_on")->not_before, 9);
    assert_string_equal(field_of(model, "sales", "status")->default_value, "paid");
    assert_string_equal(field_of(model, "sales", "status")->unknown_value, "open");
    assert_string_equal(field_of(model, "sales", "weight")->default_value, "1.25");
    assert_int_equal(field_of(model, "sales", "note")->text_case, CASE_LOWER);
    assert_int_equal(field_of(model, "shops", "kind")->text_case, CASE_UPPER);
    assert_null(field_of(model, "shops", "kind")->description);
    struct span value;
    assert_true(words_find(field_of(model, "sales", "currency")->words, SPAN("US-Dollar"), &value));
    assert_true(span_is(value, "USD"));
    assert_true(words_find(field_of(model, "sales", "level")->words, SPAN("HIGH"), &value));
    fixture_free(&fixture);
}

static bool fits(struct fixture *fixture, const char *column, const char *text) {
    const struct field *field = field_of(fixture->model, "sales", column);
    return cell_clean(field, span_from(text), &fixture->arena).step == STEP_NONE;
}

static void test_patterns_match_the_whole_value(void **state) {
    (void)state;
    struct fixture fixture;
    fixture_read_good(&fixture, FIXTURES "good");
    assert_true(fits(&fixture, "sale_id", "S-17"));
    assert_false(fits(&fixture, "sale_id", "S-17b"));
    assert_false(fits(&fixture, "sale_id", "xS-17"));
    assert_true(fits(&fixture, "note", "a$")); /* the pattern a\$|b\\$ */
    assert_true(fits(&fixture, "note", "b\\"));
    assert_false(fits(&fixture, "note", "a$x"));
    assert_false(fits(&fixture, "note", "xb\\"));
    fixture_free(&fixture);
}

/* The text of a small file, or NULL when there is none. */
static const char *read_file(struct arena *arena, const char *path) {
    char text[65536];
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    size_t size = fread(text, 1, sizeof text, file);
    assert_int_equal(fclose(file), 0);
    return arena_string(arena, (struct span){text, size});
}

/* fault.txt holds place and message of each fault, on a line each. */
static void check_fault_folder(const char *name, const char *expected) {
    struct fixture fixture;
    struct buf found = {0};
    char path[4096];
    snprintf(path, sizeof path, FIXTURES "%s", name);
    fixture_read(&fixture, path);
    for (size_t i = 0; i < fixture.faults.count; i++)
        buf_printf(&found, "%s\n%s\n", fixture.faults.items[i].place,
                   fixture.faults.items[i].message);
    if (fixture.model || strcmp(buf_text(&found), expected) != 0)
        fail_msg("%s: expected\n%sbut found\n%s", name, expected, buf_text(&found));
    buf_free(&found);
    fixture_free(&fixture);
}

static void test_every_fault_has_its_place_and_message(void **state) {
    (void)state;
    struct arena arena = {0};
    int folders = 0;
    DIR *directory = opendir(FIXTURES);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        const char *expected =
            read_file(&arena, arena_printf(&arena, FIXTURES "%s/fault.txt", entry->d_name));
        if (!expected)
            continue;
        check_fault_folder(entry->d_name, expected);
        folders++;
    }
    closedir(directory);
    assert_true(folders >= 155);
    arena_free(&arena);
}

static void check_one_fault(const char *name_or_dir, const char *place, const char *message) {
    struct fixture fixture;
    fixture_read(&fixture, name_or_dir);
    assert_null(fixture.model);
    assert_int_equal(fixture.faults.count, 1);
    assert_string_equal(fixture.faults.items[0].place, place);
    assert_string_equal(fixture.faults.items[0].message, message);
    fixture_free(&fixture);
}

static void test_models_that_are_not_there(void **state) {
    (void)state;
    check_one_fault(
        FIXTURES "no-such-folder", FIXTURES "no-such-folder/datapackage.json",
        "cannot be read: No such file or directory; a model is a folder with this file");
    check_one_fault(FIXTURES "good/datapackage.json", FIXTURES "good/datapackage.json",
                    "is a file; name the folder that holds the datapackage.json");
    check_one_fault(
        FIXTURES, FIXTURES "/datapackage.json",
        "cannot be read: No such file or directory; a model is a folder with this file");
    struct fixture fixture;
    fixture_read(&fixture, "tickting");
    assert_null(fixture.model);
    assert_int_equal(fixture.faults.count, 1);
    assert_non_null(strstr(fixture.faults.items[0].message, "; did you mean \"ticketing\"?"));
    fixture_free(&fixture);
}

/* The reference names every property that the reader knows. */
static void test_readme_has_every_property(void **state) {
    (void)state;
    struct arena arena = {0};
    const char *text = read_file(&arena, GOLDLEAF_MODELS_DIR "/../model/README.md");
    assert_non_null(text);
    for (size_t i = 0; model_property_name(i); i++)
        if (!strstr(text, arena_printf(&arena, "| `goldleaf:%s` |", model_property_name(i))))
            fail_msg("README.md does not explain goldleaf:%s", model_property_name(i));
    arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_model_package),
        cmocka_unit_test(test_fingerprint),
        cmocka_unit_test(test_good_model_fields),
        cmocka_unit_test(test_patterns_match_the_whole_value),
        cmocka_unit_test(test_every_fault_has_its_place_and_message),
        cmocka_unit_test(test_models_that_are_not_there),
        cmocka_unit_test(test_readme_has_every_property),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
