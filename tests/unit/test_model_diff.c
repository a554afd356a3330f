/* What two versions of a model differ in, said in words. */
#include "unit/model_fixture.h"

#include "model/model_diff.h"
#include "json/json.h"

static struct model_text text_of(const char *descriptor, const char *sql) {
    return (struct model_text){
        .name = "m", .version = "1", .descriptor = span_from(descriptor), .sql = span_from(sql)};
}

/* "subject: text; loss | subject: text" */
static void add_lines(struct buf *out, const struct model_diff *diff) {
    for (size_t i = 0; i < diff->count; i++)
        buf_printf(out, "%s%s: %s%s%s", i ? " | " : "", diff->items[i].subject, diff->items[i].text,
                   diff->items[i].loss ? "; " : "", diff->items[i].loss ? diff->items[i].loss : "");
}

static void check_texts(const char *what, struct model_text before, struct model_text after,
                        const char *expected) {
    struct arena arena = {0};
    struct model_diff diff;
    struct buf lines = {0};
    struct err err = {0};
    if (!model_compare(&arena, &before, &after, &diff, &err))
        fail_msg("%s: %s", what, err.message);
    add_lines(&lines, &diff);
    if (strcmp(buf_text(&lines), expected) != 0)
        fail_msg("%s:\n  expected: %s\n  came:     %s", what, expected, buf_text(&lines));
    buf_free(&lines);
    arena_free(&arena);
}

#define SHEET(members, schema)                                                                     \
    "{\"resources\": [{\"name\": \"a\"" members ", \"schema\": {\"primaryKey\": \"id\"" schema     \
    "}}]}"
#define FIELD(members) SHEET("", ", \"fields\": [{\"name\": \"x\"" members "}]")
#define GOLD(members, schema)                                                                      \
    "{\"goldleaf:gold\": [{\"name\": \"g\"" members                                                \
    ", \"schema\": {\"primaryKey\": [\"id\"]" schema "}}]}"
#define GOLD_FIELD(type) GOLD("", ", \"fields\": [{\"name\": \"x\", \"type\": " type "}]")

static const struct {
    const char *what, *before, *after, *expected;
} CASES[] = {
    {"nothing", "{\"name\": \"m\"}", "{ \"name\" : \"m\" }", ""},
    {"members in another order", FIELD(", \"type\": \"string\", \"goldleaf:case\": \"upper\""),
     FIELD(", \"goldleaf:case\": \"upper\", \"type\": \"string\""), ""},
    {"the name", "{\"name\": \"m\"}", "{\"name\": \"n\"}",
     "the model: the name was \"m\" and is \"n\""},
    {"the time zone", "{}", "{\"goldleaf:timeZone\": \"Asia/Kolkata\"}",
     "the model: the time zone: \"Asia/Kolkata\" is new"},
    {"a description is not quoted", "{\"description\": \"a\"}", "{\"description\": \"b\"}",
     "the model: the description is another one"},
    {"a property that nobody knows", "{\"x:odd\": {\"deep\": [1, 2], \"gone\": null}}",
     "{\"x:odd\": {\"deep\": [2, 3]}}",
     "the model: x:odd: deep: new is 3, gone is 1 | the model: x:odd: gone: null is gone"},

    {"a new sheet", "{\"resources\": []}", SHEET("", ""), "a: a new sheet with the key id"},
    {"a sheet is gone", SHEET("", ""), "{\"resources\": []}",
     "a: the sheet is gone; silver_a goes; bronze_a keeps every snapshot"},
    {"its path", SHEET(", \"path\": \"a.csv\"", ""), SHEET(", \"path\": \"b.csv\"", ""),
     "a: the path was \"a.csv\" and is \"b.csv\""},
    {"its clustering", SHEET("", ""), SHEET(", \"goldleaf:clusterBy\": [\"x\"]", ""),
     "a: the clustering: [\"x\"] is new"},
    {"sheets in another order",
     "{\"resources\": [{\"name\": \"a\"}, {\"name\": \"b\"}, {\"name\": \"c\"}]}",
     "{\"resources\": [{\"name\": \"c\"}, {\"name\": \"n\"}, {\"name\": \"a\"}]}",
     "n: a new sheet with the key  | b: the sheet is gone; silver_b goes; bronze_b keeps every "
     "snapshot | the model: the sheets stand in another order"},
    {"a sheet in between is no other order",
     "{\"resources\": [{\"name\": \"a\"}, {\"name\": \"b\"}]}",
     "{\"resources\": [{\"name\": \"a\"}, {\"name\": \"n\"}, {\"name\": \"b\"}]}",
     "n: a new sheet with the key "},

    {"a new column", SHEET("", ", \"fields\": []"), FIELD(", \"type\": \"string\""),
     "a.x: a new column of type string"},
    {"a column is gone", FIELD(""), SHEET("", ", \"fields\": []"),
     "a.x: the column is gone; silver_a.x goes; bronze keeps its cells"},
    {"a type", FIELD(", \"type\": \"string\""), FIELD(", \"type\": \"integer\""),
     "a.x: the type was string and is integer"},
    {"our own type", FIELD(", \"type\": \"number\""),
     FIELD(", \"type\": \"number\", \"goldleaf:type\": \"money\""),
     "a.x: the type was number and is money"},
    {"e-mail", FIELD(", \"type\": \"string\""),
     FIELD(", \"type\": \"string\", \"format\": \"email\""),
     "a.x: the type was string and is email"},
    {"the key", SHEET("", ""),
     "{\"resources\": [{\"name\": \"a\", \"schema\": {\"primaryKey\": [\"id\", \"n\"]}}]}",
     "a: the key was id and is id, n; a row of silver_a stands for something else: one per id, n"},
    {"a key of one name, written as a list", SHEET("", ""),
     "{\"resources\": [{\"name\": \"a\", \"schema\": {\"primaryKey\": [\"id\"]}}]}", ""},
    {"a key in another order",
     "{\"resources\": [{\"name\": \"a\", \"schema\": {\"primaryKey\": [\"n\", \"id\"]}}]}",
     "{\"resources\": [{\"name\": \"a\", \"schema\": {\"primaryKey\": [\"id\", \"n\"]}}]}",
     "a: the key's columns stand in another order"},

    {"required", FIELD(""), FIELD(", \"constraints\": {\"required\": true}"),
     "a.x: required: true is new"},
    {"a range", FIELD(", \"constraints\": {\"minimum\": 0, \"maximum\": 9}"),
     FIELD(", \"constraints\": {\"minimum\": 1}"),
     "a.x: minimum was 0 and is 1 | a.x: maximum: 9 is gone"},
    {"a pattern", FIELD(", \"constraints\": {\"pattern\": \"[a-z]\"}"),
     FIELD(", \"constraints\": {\"pattern\": \"[a-y]\"}"),
     "a.x: pattern was \"[a-z]\" and is \"[a-y]\""},
    {"words", FIELD(", \"categories\": [\"web\", \"shop\"]"),
     FIELD(", \"categories\": [\"shop\", \"fair\"]"), "a.x: words: new is fair, gone is web"},
    {"words in another order", FIELD(", \"categories\": [\"a\", \"b\"]"),
     FIELD(", \"categories\": [\"b\", \"a\"]"), "a.x: words: in another order"},
    {"aliases", FIELD(", \"goldleaf:aliases\": {\"web\": [\"net\"]}"),
     FIELD(", \"goldleaf:aliases\": {\"web\": [\"net\", \"www\"], \"shop\": [\"store\"]}"),
     "a.x: aliases: web: new is www | a.x: aliases: shop: [\"store\"] is new"},
    {"aliases where there were none", FIELD(""),
     FIELD(", \"goldleaf:aliases\": {\"web\": [\"net\"]}"), "a.x: aliases: web: [\"net\"] is new"},
    {"an alias that is called as a property is",
     FIELD(", \"goldleaf:aliases\": {\"title\": [\"t\"]}"),
     FIELD(", \"goldleaf:aliases\": {\"title\": [\"u\"]}"),
     "a.x: aliases: title: new is u, gone is t"},
    {"no constraints", FIELD(""), FIELD(", \"constraints\": {}"), "a.x: constraints: {} is new"},
    {"when it means nothing",
     FIELD(", \"goldleaf:nullWhen\": {\"field\": \"y\", \"values\": [\"a\"]}"),
     FIELD(", \"goldleaf:nullWhen\": {\"field\": \"z\", \"values\": [\"a\", \"b\"]}"),
     "a.x: when it means nothing: field was \"y\" and is \"z\""
     " | a.x: when it means nothing: values: new is b"},
    {"what a bad cell does", FIELD(", \"goldleaf:onError\": \"null\""), FIELD(""),
     "a.x: what a bad cell does: \"null\" is gone"},
    {"words for a missing cell", SHEET("", ", \"missingValues\": [\"\"]"),
     SHEET("", ", \"missingValues\": [\"\", \"n/a\"]"), "a: words for a missing cell: new is n/a"},
    {"the empty word", SHEET("", ", \"missingValues\": [\"\", \"-\"]"),
     SHEET("", ", \"missingValues\": [\"-\"]"), "a: words for a missing cell: gone is \"\""},
    {"forms of dates", FIELD(", \"goldleaf:dateForms\": [\"YYYY-MM-DD\"]"),
     FIELD(", \"goldleaf:dateForms\": [\"DD/MM/YYYY\"]"),
     "a.x: forms of dates: new is DD/MM/YYYY, gone is YYYY-MM-DD"},
    {"a rule with conditions, of which we know nothing", SHEET("", ""),
     SHEET("", ", \"goldleaf:rules\": [{\"if\": \"x\"}]"),
     "a: goldleaf:rules: [{\"if\":\"x\"}] is new"},

    {"a reference", SHEET("", ", \"foreignKeys\": []"),
     SHEET("", ", \"foreignKeys\": [{\"fields\": \"x\", \"reference\": {\"resource\": \"b\"}}]"),
     "a: the reference of x to b is new"},
    {"a reference is gone",
     SHEET("", ", \"foreignKeys\": [{\"fields\": [\"x\"], \"reference\": {}}]"), SHEET("", ""),
     "a: the reference of x to a is gone"},
    {"a reference to another sheet",
     SHEET("", ", \"foreignKeys\": [{\"fields\": \"x\", \"reference\": {\"resource\": \"b\"}}]"),
     SHEET("", ", \"foreignKeys\": [{\"fields\": \"x\", \"reference\": {\"resource\": \"c\"}}]"),
     "a: the reference of x to c is new | a: the reference of x to b is gone"},
    {"a reference to another column",
     SHEET("", ", \"foreignKeys\": [{\"fields\": \"x\", "
               "\"reference\": {\"resource\": \"b\", \"fields\": \"x\"}}]"),
     SHEET("", ", \"foreignKeys\": [{\"fields\": \"x\", "
               "\"reference\": {\"resource\": \"b\", \"fields\": \"y\"}}]"),
     "a, reference of x to b: fields was \"x\" and is \"y\""},
    {"what must agree",
     SHEET("", ", \"foreignKeys\": [{\"fields\": \"x\", \"reference\": {\"resource\": \"b\"}}]"),
     SHEET("", ", \"foreignKeys\": [{\"fields\": \"x\", \"reference\": {\"resource\": \"b\"}, "
               "\"goldleaf:match\": []}]"),
     "a, reference of x to b: what must agree with the parent: [] is new"},

    {"a new KPI table", "{}", GOLD("", ""), "gold_g: a new KPI table, one row per id"},
    {"a KPI table is gone", GOLD("", ""), "{}",
     "gold_g: the KPI table is gone; gold_g goes, and the SELECT that computes it"},
    {"its scope", GOLD(", \"scope\": \"a\"", ""), GOLD(", \"scope\": \"b\"", ""),
     "gold_g: the scope was \"a\" and is \"b\""},
    {"a KPI", GOLD("", ", \"fields\": []"), GOLD_FIELD("\"integer\""),
     "gold_g.x: a new column of type integer"},
    {"a KPI is gone", GOLD_FIELD("\"integer\""), GOLD("", ", \"fields\": []"),
     "gold_g.x: the column is gone; gold_g.x goes"},
    {"a KPI of a wider type", GOLD_FIELD("\"integer\""), GOLD_FIELD("\"number\""),
     "gold_g.x: the type was integer and is number"},
    {"a KPI of a narrower type", GOLD_FIELD("\"number\""), GOLD_FIELD("\"integer\""),
     "gold_g.x: the type was number and is integer; gold_g.x may not hold what it held"},
    {"the grain", GOLD("", ""),
     "{\"goldleaf:gold\": [{\"name\": \"g\", \"schema\": {\"primaryKey\": [\"day\"]}}]}",
     "gold_g: the key was id and is day; a row of gold_g stands for something else: one per day"},

    {"a check", "{}", "{\"goldleaf:checks\": [{\"rule\": \"r\", \"table\": \"gold_g\"}]}",
     "r: a new check of gold_g"},
    {"a check is gone", "{\"goldleaf:checks\": [{\"rule\": \"r\", \"table\": \"gold_g\"}]}", "{}",
     "r: the check of gold_g is gone"},
    {"an invariant", "{}", "{\"goldleaf:invariants\": [{\"rule\": \"r\", \"table\": \"gold_g\"}]}",
     "r: a new check of gold_g"},
};

static void test_cases(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        check_texts(CASES[i].what, text_of(CASES[i].before, "[]"), text_of(CASES[i].after, "[]"),
                    CASES[i].expected);
}

static void test_sql(void **state) {
    (void)state;
    const char *gold = GOLD(", \"sql\": \"g.sql\"", "");
    const char *moved = GOLD(", \"sql\": \"h.sql\"", "");
    struct model_text before = text_of(gold, "[{\"path\": \"g.sql\", \"sql\": \"SELECT 1\"}]");
    check_texts("the same", before, before, "");
    check_texts("another SELECT", before,
                text_of(gold, "[{\"path\": \"g.sql\", \"sql\": \"SELECT 2\"}]"),
                "gold_g: the SELECT is another one");
    check_texts("in another file", before,
                text_of(moved, "[{\"path\": \"h.sql\", \"sql\": \"SELECT 1\"}]"),
                "gold_g: the SELECT was in g.sql and is in h.sql");
}

/* A name alone is a name; a lost sheet alone is a lost sheet. */
static void test_another_model(void **state) {
    (void)state;
    struct arena arena = {0};
    struct err err;
    struct model_diff diff;
    struct model_text before = text_of(SHEET("", ""), "[]"), after = text_of("{}", "[]");
    assert_true(model_compare(&arena, &before, &after, &diff, &err));
    assert_false(diff.is_other);
    after.name = "n";
    assert_true(model_compare(&arena, &before, &after, &diff, &err));
    assert_true(diff.is_other);
    after.descriptor = before.descriptor;
    assert_true(model_compare(&arena, &before, &after, &diff, &err));
    assert_false(diff.is_other);
    arena_free(&arena);
}

static void test_places(void **state) {
    (void)state;
    struct arena arena = {0};
    struct err err;
    struct model_diff diff;
    struct model_text before = text_of(FIELD(", \"constraints\": {\"minimum\": 0}"), "[]");
    struct model_text after = text_of(FIELD(", \"constraints\": {\"minimum\": 1}"), "[]");
    assert_true(model_compare(&arena, &before, &after, &diff, &err));
    assert_int_equal(diff.count, 1);
    assert_string_equal(diff.items[0].place,
                        "datapackage.json: resources[0].schema.fields[0].constraints.minimum");
    assert_string_equal(diff.items[0].table, "silver_a");
    assert_string_equal(diff.items[0].column, "x");
    before.descriptor = SPAN("{");
    assert_false(model_compare(&arena, &before, &after, &diff, &err));
    assert_int_equal(err.class, ERR_FAILED);
    arena_free(&arena);
}

/* A title tells nothing about rows; an alias for the word "title" does. */
static void test_aside(void **state) {
    (void)state;
    struct arena arena = {0};
    struct err err;
    struct model_diff diff;
    struct model_text before = text_of(FIELD(""), "[]");
    struct model_text after =
        text_of(FIELD(", \"title\": \"t\", \"goldleaf:aliases\": {\"title\": []}"), "[]");
    assert_true(model_compare(&arena, &before, &after, &diff, &err));
    assert_int_equal(diff.count, 2);
    assert_true(diff.items[0].is_aside);
    assert_false(diff.items[1].is_aside);
    arena_free(&arena);
}

/* ---- nothing is passed over ---- */

/* Writes a document in which its leaf number `changed` is another one. Returns its leaves. */
static size_t add_changed(struct json_writer *writer, const struct json *json, size_t leaf,
                          size_t changed) {
    if (json->kind != JSON_ARRAY && json->kind != JSON_OBJECT) {
        if (leaf == changed)
            json_add_string(writer, json->name, "something else");
        else
            json_add_json(writer, json->name, json);
        return leaf + 1;
    }
    if (json->kind == JSON_OBJECT)
        json_open_object(writer, json->name);
    else
        json_open_array(writer, json->name);
    for (const struct json *child = json->first; child; child = child->next)
        leaf = add_changed(writer, child, leaf, changed);
    if (json->kind == JSON_OBJECT)
        json_close_object(writer);
    else
        json_close_array(writer);
    return leaf;
}

/* Every single value of a whole model, changed alone, is told. */
static void check_every_leaf(const char *name) {
    struct fixture fixture;
    const struct json *document;
    struct err err = {0};
    fixture_read_good(&fixture, name);
    struct model_text before = model_text_of(&fixture.arena, fixture.model), after = before;
    assert_true(json_read(&fixture.arena, before.descriptor, &document, &err));
    size_t leaves = 1;
    for (size_t leaf = 0; leaf <= leaves; leaf++) { /* the last one changes nothing */
        struct arena arena = {0};
        struct buf text = {0};
        struct model_diff diff;
        struct json_writer writer = json_writer_start(&text, JSON_COMPACT);
        leaves = add_changed(&writer, document, 0, leaf);
        after.descriptor = buf_span(&text);
        assert_true(model_compare(&arena, &before, &after, &diff, &err));
        if ((diff.count > 0) != (leaf < leaves))
            fail_msg("%s: leaf %zu of %zu: %zu differences", name, leaf, leaves, diff.count);
        buf_free(&text);
        arena_free(&arena);
    }
    assert_true(leaves > 100);
    fixture_free(&fixture);
}

static void test_every_leaf(void **state) {
    (void)state;
    check_every_leaf("ticketing");
    check_every_leaf("streaming");
    check_every_leaf(GOLDLEAF_FIXTURES_DIR "/shop");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),         cmocka_unit_test(test_sql),
        cmocka_unit_test(test_another_model), cmocka_unit_test(test_places),
        cmocka_unit_test(test_aside),         cmocka_unit_test(test_every_leaf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
