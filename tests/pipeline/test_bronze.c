/* Bronze: every pull kept as it was, and as few versions of rows as that takes. */
#include "harness/grid.h"
#include "harness/harness.h"

#define ARTISTS "artist_id,name,genre,country,created_at\n"

/* A warehouse whose sheet `artists` is pulled again and again. */
struct history {
    struct scene scene;
    struct arena arena;
    const char *sheets[64]; /* per snapshot: what it has to give back, in canonical form */
    size_t count;
};

static void begin(struct history *history) {
    *history = (struct history){0};
    scene_open(&history->scene, "ticketing");
    scene_write_headers(&history->scene);
}

static void end(struct history *history) {
    scene_close(&history->scene);
    arena_free(&history->arena);
}

/* "a,b\nc,d\n" as "[a][b]\n[c][d]\n": for sheets without quotes. */
static const char *canonical(struct arena *arena, const char *csv) {
    struct buf out = {0};
    buf_add_char(&out, '[');
    for (; *csv; csv++)
        if (*csv == ',')
            buf_add_text(&out, "][");
        else if (*csv == '\n')
            buf_add_text(&out, csv[1] ? "]\n[" : "]\n");
        else
            buf_add_char(&out, *csv);
    const char *copy = arena_string(arena, buf_span(&out));
    buf_free(&out);
    return copy;
}

static void check_history(struct history *history) {
    for (size_t i = 0; i < history->count; i++) {
        struct buf found = {0};
        snapshot_canonical(scene_database(&history->scene), "artists", (int64_t)i + 1, &found);
        check_same_text(arena_printf(&history->arena, "snapshot %zu", i + 1),
                        span_from(history->sheets[i]), buf_span(&found));
        buf_free(&found);
    }
}

/* Pulls a sheet that has to come out again as `expected`, and looks at all snapshots so far. */
static const struct run_sheet *pull_as(struct history *history, struct span csv,
                                       const char *expected) {
    struct run_options options = scene_options(&history->scene);
    options.silver = options.gold = false;
    scene_write(&history->scene, "artists.csv", csv);
    const struct run_report *report = scene_run(&history->scene, &options);
    assert_false(report->is_held);
    history->sheets[history->count++] = expected;
    assert_int_equal(report->snapshot_id, history->count);
    check_history(history);
    return report_sheet(report, "artists");
}

static const struct run_sheet *pull(struct history *history, const char *csv) {
    return pull_as(history, span_from(csv), canonical(&history->arena, csv));
}

/* The versions that the last pull brought, and those that it ended. */
static void expect_versions(struct history *history, int64_t begun, int64_t ended) {
    struct arena *arena = &history->arena;
    assert_int_equal(
        scene_integer(&history->scene, arena_printf(arena,
                                                    "SELECT COUNT(*) FROM bronze_artists"
                                                    " WHERE _snapshot_id = %zu",
                                                    history->count)),
        begun);
    assert_int_equal(
        scene_integer(&history->scene, arena_printf(arena,
                                                    "SELECT COUNT(*) FROM bronze_artists"
                                                    " WHERE _removed_snapshot_id = %zu",
                                                    history->count)),
        ended);
}

static void expect_change(const struct run_sheet *sheet, int64_t added, int64_t changed,
                          int64_t removed, int64_t moved) {
    assert_int_equal(sheet->added, added);
    assert_int_equal(sheet->changed, changed);
    assert_int_equal(sheet->removed, removed);
    assert_int_equal(sheet->moved, moved);
}

/* ---- what a pull leaves ---- */

static void test_first_pull_keeps_every_row(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    const struct run_sheet *sheet = pull(&history, ARTISTS "A1,Ann,pop,SE,\nA2,Bo,,,\n");
    expect_change(sheet, 2, 0, 0, 0);
    assert_string_equal(sheet->status, "loaded");
    assert_int_equal(sheet->rows, 2);
    expect_versions(&history, 2, 0);
    scene_expect(
        &history.scene,
        "SELECT b._key, b._snapshot_id, b._loaded_at = s.loaded_at, b._removed_snapshot_id,"
        " b.genre FROM bronze_artists b, audit_snapshots s ORDER BY b._position",
        "A1,1,1,,pop\nA2,1,1,,");
    end(&history);
}

static void test_cells_are_kept_as_typed(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS " A1 ,\xc2\xa0"
                           "Ann\xe2\x80\x8b,N/A,\t,2024-13-99\n#REF!,--,'=1+1,0001,1e5\n");
    pull_as(
        &history, SPAN(ARTISTS "A1,\"say \"\"hi\"\"\",\"a,b\",\"two\nlines\",\" \"\n"),
        "[artist_id][name][genre][country][created_at]\n[A1][say \"hi\"][a,b][two\nlines][ ]\n");
    end(&history);
}

static void test_unchanged_sheet_adds_its_audit_line_only(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,Ann,,,\nA2,Bo,,,\n");
    const struct run_sheet *sheet = pull(&history, ARTISTS "A1,Ann,,,\nA2,Bo,,,\n");
    expect_change(sheet, 0, 0, 0, 0);
    assert_string_equal(sheet->status, "unchanged");
    assert_int_equal(sheet->rows, 2);
    expect_versions(&history, 0, 0);
    scene_expect(&history.scene,
                 "SELECT snapshot_id, status, rows_in, rows_added FROM audit_loads"
                 " WHERE table_name = 'bronze_artists' ORDER BY snapshot_id",
                 "1,loaded,2,2\n2,unchanged,2,0");
    scene_expect(&history.scene,
                 "SELECT COUNT(*), COUNT(DISTINCT content_hash) FROM audit_loads"
                 " WHERE table_name = 'bronze_artists'",
                 "2,1");
    scene_expect(&history.scene,
                 "SELECT COUNT(*) FROM audit_headers WHERE table_name = 'bronze_artists'", "1");
    end(&history);
}

/* Another export of the same sheet: line ends, quotes, a byte order mark, another delimiter. */
static void test_other_bytes_of_the_same_sheet_are_no_change(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,Ann,,,\nA2,Bo,pop,,\n");
    const char *expected = history.sheets[0];
    const struct run_sheet *sheet =
        pull_as(&history,
                SPAN("\xef\xbb\xbf"
                     "artist_id;name;genre;country;created_at\r\n\"A1\";Ann\r\nA2;\"Bo\";pop;;"),
                expected);
    expect_change(sheet, 0, 0, 0, 0);
    assert_string_equal(sheet->status, "unchanged");
    expect_versions(&history, 0, 0);
    end(&history);
}

/* ---- few versions ---- */

static void test_edited_cell_makes_one_version(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,Ann,,,\nA2,Bo,,,\nA3,Cy,,,\n");
    expect_change(pull(&history, ARTISTS "A1,Ann,,,\nA2,Bo,jazz,,\nA3,Cy,,,\n"), 0, 1, 0, 0);
    expect_versions(&history, 1, 1);
    end(&history);
}

/* Without the key there is nothing to recognise a row by. */
static void test_edited_key_is_a_row_out_and_a_row_in(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,Ann,,,\nA2,Bo,,,\n");
    expect_change(pull(&history, ARTISTS "A1,Ann,,,\nA9,Bo,,,\n"), 1, 0, 1, 0);
    expect_versions(&history, 1, 1);
    end(&history);
}

static void test_insert_makes_one_version_wherever_it_is(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,,,,\nA2,,,,\n");
    expect_change(pull(&history, ARTISTS "A1,,,,\nA3,,,,\nA2,,,,\n"), 1, 0, 0, 0);
    expect_versions(&history, 1, 0);
    pull(&history, ARTISTS "A4,,,,\nA1,,,,\nA3,,,,\nA2,,,,\n");
    expect_versions(&history, 1, 0);
    pull(&history, ARTISTS "A4,,,,\nA1,,,,\nA3,,,,\nA2,,,,\nA5,,,,\n");
    expect_versions(&history, 1, 0);
    end(&history);
}

static void test_delete_makes_no_version(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,,,,\nA2,,,,\nA3,,,,\n");
    expect_change(pull(&history, ARTISTS "A1,,,,\nA3,,,,\n"), 0, 0, 1, 0);
    expect_versions(&history, 0, 1);
    end(&history);
}

/* A row that comes back is a new version: the old one keeps the time at which it was there. */
static void test_deleted_row_that_comes_back(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,,,,\nA2,,,,\nA3,,,,\n");
    pull(&history, ARTISTS "A1,,,,\nA3,,,,\n");
    expect_change(pull(&history, ARTISTS "A1,,,,\nA2,,,,\nA3,,,,\n"), 1, 0, 0, 0);
    scene_expect(&history.scene,
                 "SELECT _snapshot_id, _removed_snapshot_id FROM bronze_artists"
                 " WHERE _key = 'A2' ORDER BY _row_id",
                 "1,2\n3,");
    end(&history);
}

static void test_moved_row_makes_one_version(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,,,,\nA2,,,,\nA3,,,,\nA4,,,,\nA5,,,,\n");
    expect_change(pull(&history, ARTISTS "A2,,,,\nA3,,,,\nA4,,,,\nA5,,,,\nA1,,,,\n"), 0, 0, 0, 1);
    expect_versions(&history, 1, 1);
    expect_change(pull(&history, ARTISTS "A1,,,,\nA2,,,,\nA3,,,,\nA4,,,,\nA5,,,,\n"), 0, 0, 0, 1);
    expect_versions(&history, 1, 1);
    expect_change(pull(&history, ARTISTS "A1,,,,\nA3,,,,\nA4,,,,\nA2,,,,\nA5,,,,\n"), 0, 0, 0, 1);
    expect_versions(&history, 1, 1);
    end(&history);
}

static void test_swapped_rows(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,,,,\nA2,,,,\nA3,,,,\nA4,,,,\nA5,,,,\n");
    /* neighbours: one of them moved past the other */
    expect_change(pull(&history, ARTISTS "A1,,,,\nA3,,,,\nA2,,,,\nA4,,,,\nA5,,,,\n"), 0, 0, 0, 1);
    pull(&history, ARTISTS "A1,,,,\nA2,,,,\nA3,,,,\nA4,,,,\nA5,,,,\n");
    /* apart: both */
    expect_change(pull(&history, ARTISTS "A5,,,,\nA2,,,,\nA3,,,,\nA4,,,,\nA1,,,,\n"), 0, 0, 0, 2);
    expect_versions(&history, 2, 2);
    end(&history);
}

static void test_sorting_keeps_the_longest_run_in_place(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A3,c,,,\nA1,a,,,\nA4,d,,,\nA2,b,,,\nA5,e,,,\n");
    /* A3 A4 A5 (or A1 A4 A5, A1 A2 A5) stay */
    expect_change(pull(&history, ARTISTS "A1,a,,,\nA2,b,,,\nA3,c,,,\nA4,d,,,\nA5,e,,,\n"), 0, 0, 0,
                  2);
    expect_change(pull(&history, ARTISTS "A5,e,,,\nA4,d,,,\nA3,c,,,\nA2,b,,,\nA1,a,,,\n"), 0, 0, 0,
                  4);
    end(&history);
}

static void test_moved_and_edited_row_is_a_changed_one(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,,,,\nA2,,,,\nA3,,,,\n");
    expect_change(pull(&history, ARTISTS "A2,,,,\nA3,,,,\nA1,new,,,\n"), 0, 1, 0, 0);
    expect_versions(&history, 1, 1);
    end(&history);
}

static void test_emptied_to_one_row(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,,,,\nA2,,,,\nA3,,,,\n");
    expect_change(pull(&history, ARTISTS "A2,,,,\n"), 0, 0, 2, 0);
    expect_versions(&history, 0, 2);
    expect_change(pull(&history, ARTISTS "A1,,,,\nA2,,,,\nA3,,,,\n"), 2, 0, 0, 0);
    end(&history);
}

/* ---- rows that look alike ---- */

static void test_identical_rows_are_kept_apart(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,Ann,,,\nA1,Ann,,,\nA2,,,,\nA1,Ann,,,\n");
    expect_versions(&history, 4, 0);
    expect_change(pull(&history, ARTISTS "A1,Ann,,,\nA2,,,,\nA1,Ann,,,\n"), 0, 0, 1, 0);
    expect_versions(&history, 0, 1);
    expect_change(pull(&history, ARTISTS "A1,Ann,,,\nA2,,,,\nA1,Ann,,,\nA1,Ann,,,\n"), 1, 0, 0, 0);
    expect_versions(&history, 1, 0);
    expect_change(pull(&history, ARTISTS "A2,,,,\n"), 0, 0, 3, 0);
    end(&history);
}

/* Of equal keys the rows are taken in order. */
static void test_rows_of_one_key_that_change_together(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,a,,,\nA1,b,,,\nA1,c,,,\n");
    expect_change(pull(&history, ARTISTS "A1,x,,,\nA1,b,,,\nA1,y,,,\nA1,z,,,\n"), 1, 2, 0, 0);
    expect_versions(&history, 3, 2);
    end(&history);
}

static void test_blank_rows_are_rows(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    expect_change(pull(&history, ARTISTS ",,,,\nA1,,,,\n,,,,\n,,,,\nA2,,,,\n,,,,\n"), 6, 0, 0, 0);
    expect_change(pull(&history, ARTISTS ",,,,\nA1,,,,\nA2,,,,\n,,,,\n"), 0, 0, 2, 0);
    expect_versions(&history, 0, 2);
    pull_as(&history, SPAN(ARTISTS "\nA1\n  ,\nA2\n\n"),
            "[artist_id][name][genre][country][created_at]\n[][][][][]\n[A1][][][][]\n"
            "[  ][][][][]\n[A2][][][][]\n[][][][][]\n");
    expect_versions(&history, 1, 0);
    end(&history);
}

/* Blank rows look alike: which of them went has to be seen from their neighbours. */
static void test_one_of_several_blank_rows_goes(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS ",,,,\nA1,,,,\n,,,,\nA2,,,,\n");
    expect_change(pull(&history, ARTISTS "A1,,,,\n,,,,\nA2,,,,\n"), 0, 0, 1, 0);
    expect_versions(&history, 0, 1);
    end(&history);
}

static void test_a_blank_row_comes_before_others(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,,,,\n,,,,\nA2,,,,\n,,,,\n");
    expect_change(pull(&history, ARTISTS ",,,,\nA1,,,,\n,,,,\nA2,,,,\n,,,,\n"), 1, 0, 0, 0);
    expect_versions(&history, 1, 0);
    end(&history);
}

/* ---- columns ---- */

static void test_added_column_versions_only_rows_with_a_value(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,,,,\nA2,,,,\nA3,,,,\n");
    expect_change(pull(&history, "artist_id,name,genre,country,created_at,Notes\n"
                                 "A1,,,,,\nA2,,,,,late\nA3,,,,,\n"),
                  0, 1, 0, 0);
    expect_versions(&history, 1, 1);
    scene_expect(&history.scene, "SELECT notes FROM bronze_artists_current", "\nlate\n");
    end(&history);
}

/* To PostgreSQL a table that gets a column looks as new as one that was made just now. */
static void test_added_column_of_a_sheet_without_rows(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS);
    expect_change(pull(&history, "artist_id,name,genre,country,created_at,label\nA1,Ann,,,,Fax\n"),
                  1, 0, 0, 0);
    expect_versions(&history, 1, 0);
    end(&history);
}

static void test_moved_column_makes_no_version(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,Ann,pop,SE,\nA2,Bo,jazz,,\n");
    const struct run_sheet *sheet =
        pull(&history, "genre,artist_id,created_at,name,country\npop,A1,,Ann,SE\njazz,A2,,Bo,\n");
    expect_change(sheet, 0, 0, 0, 0);
    assert_string_equal(sheet->status, "loaded");
    expect_versions(&history, 0, 0);
    scene_expect(&history.scene,
                 "SELECT snapshot_id FROM audit_headers WHERE table_name = 'bronze_artists'"
                 " ORDER BY 1",
                 "1\n2");
    end(&history);
}

static void test_respelt_header_makes_no_version(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,Ann,pop,SE,\n");
    pull(&history, "Artist ID,NAME, Genre ,country,created-at\nA1,Ann,pop,SE,\n");
    expect_versions(&history, 0, 0);
    end(&history);
}

static void test_vanished_column_is_null_and_comes_back(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, "artist_id,name,Notes\nA1,Ann,x\nA2,Bo,\n");
    pull(&history, "artist_id,name\nA1,Ann\nA2,Bo\n");
    expect_versions(&history, 1, 1);
    scene_expect(&history.scene, "SELECT _key, notes IS NULL FROM bronze_artists_current",
                 "A1,1\nA2,1");
    pull(&history, "artist_id,Notes,name\nA1,x,Ann\nA2,,Bo\n");
    expect_versions(&history, 1, 1);
    end(&history);
}

static void test_renamed_column_is_another_column(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, "artist_id,name,Notes\nA1,Ann,x\nA2,Bo,\n");
    expect_change(pull(&history, "artist_id,name,Remark\nA1,Ann,x\nA2,Bo,\n"), 0, 1, 0, 0);
    scene_expect(&history.scene,
                 "SELECT notes, remark FROM bronze_artists WHERE _key = 'A1' ORDER BY _row_id",
                 "x,\n,x");
    end(&history);
}

static void test_ragged_rows(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull_as(&history, SPAN("artist_id,name\nA1\nA2,Bo,beyond\n\nA3,Cy,,further,\n"),
            "[artist_id][name][beyond][beyond][beyond]\n[A1][][][][]\n[A2][Bo][beyond][][]\n"
            "[][][][][]\n[A3][Cy][][further][]\n");
    expect_versions(&history, 4, 0);
    scene_expect(&history.scene,
                 "SELECT artist_id, name, column_c, column_d, column_e FROM bronze_artists_current",
                 "A1,,,,\nA2,Bo,beyond,,\n,,,,\nA3,Cy,,further,");
    /* the wide rows go, and the columns beyond the header with them */
    pull(&history, "artist_id,name\nA1,\n,\n");
    expect_versions(&history, 0, 2);
    end(&history);
}

/* Names that mean something to us or to SQL are only names. */
static void test_headers_that_mean_something_elsewhere(void **state) {
    static const char csv[] =
        "artist_id,name,snapshot_id,_hash,_row_id,rowid,oid,loaded_at,select,\"a\"\"b\","
        "\"x\"\"); DROP TABLE bronze_artists; --\",',\xe2\x98\x83,,name,NAME,1st,_position\n"
        "A1,Ann,1,2,3,4,x,5,6,7,8,9,10,11,12,13,14,15\n";
    static const char expected[] =
        "[artist_id][name][snapshot_id][_hash][_row_id][rowid][oid][loaded_at][select][a\"b]"
        "[x\"); DROP TABLE bronze_artists; --]['][\xe2\x98\x83][][name][NAME][1st][_position]\n"
        "[A1][Ann][1][2][3][4][x][5][6][7][8][9][10][11][12][13][14][15]\n";
    struct history history;
    (void)state;
    begin(&history);
    pull_as(&history, SPAN(csv), expected);
    pull_as(&history, SPAN(csv), expected);
    expect_versions(&history, 0, 0);
    scene_expect(&history.scene, "SELECT _row_id, _snapshot_id, name FROM bronze_artists",
                 "1,1,Ann");
    /* and they can be read back by a stage that has nothing but bronze */
    struct run_options options = scene_options(&history.scene);
    options.pull = false;
    scene_run(&history.scene, &options);
    scene_expect(&history.scene, "SELECT artist_id, name FROM silver_artists", "A1,Ann");
    database_check_integrity(scene_database(&history.scene));
    end(&history);
}

static void test_long_headers_keep_their_columns_apart(void **state) {
    struct history history;
    struct buf csv = {0}, expected = {0};
    (void)state;
    begin(&history);
    buf_add_text(&csv, "artist_id,name");
    buf_add_text(&expected, "[artist_id][name]");
    for (int i = 0; i < 3; i++) {
        char header[101];
        memset(header, 'x', 100);
        header[99] = (char)('a' + i);
        header[100] = '\0';
        buf_printf(&csv, ",%s", header);
        buf_printf(&expected, "[%s]", header);
    }
    buf_add_text(&csv, "\nA1,Ann,1,2,3\n");
    buf_add_text(&expected, "\n[A1][Ann][1][2][3]\n");
    pull_as(&history, buf_span(&csv), arena_string(&history.arena, buf_span(&expected)));
    buf_free(&csv);
    buf_free(&expected);
    end(&history);
}

/* ---- what is packed beside the rows ---- */

#define PACKED_HASH_GONE                                                                           \
    "UPDATE audit_sheet_parts SET hashes = substr(hashes, 1, length(hashes) - 11) || "             \
    "'00000000000'"                                                                                \
    " WHERE table_name = 'bronze_artists'"

static void expect_packed(struct history *history) {
    scene_expect(&history->scene,
                 arena_printf(&history->arena,
                              "SELECT COUNT(*), MIN(length(p.runs)) > 11, w.snapshot_id = %zu"
                              " FROM audit_sheet_parts p JOIN audit_watermarks w ON"
                              " w.layer = 'parts' AND w.table_name = p.table_name WHERE"
                              " p.table_name = 'bronze_artists' GROUP BY w.snapshot_id",
                              history->count),
                 "1,1,1");
}

/* What bronze has is not looked at: neither where the digest is that of the pull, nor where the
 * hashes have to be read. */
static void test_a_pull_is_compared_with_packed_rows(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,Ann,,,\nA2,Bo,,,\n");
    expect_packed(&history);
    scene_write_database(&history.scene, "UPDATE bronze_artists SET _hash = 0");
    expect_change(pull(&history, ARTISTS "A1,Ann,,,\nA2,Bo,,,\nA3,Cy,,,\n"), 1, 0, 0, 0);
    expect_packed(&history);
    expect_change(pull(&history, ARTISTS "A1,Ann,,,\nA2,Bob,,,\nA3,Cy,,,\n"), 0, 1, 0, 0);
    expect_packed(&history);
    end(&history);
}

/* Missing, no such text, hashes of another digest, and older than the last change, as an older
 * version of us leaves them. */
static void test_packed_rows_that_do_not_hold_are_made_anew(void **state) {
    static const char *const spoil[] = {
        "DELETE FROM audit_sheet_parts",
        "UPDATE audit_sheet_parts SET runs = 'packed'",
        "UPDATE audit_sheet_parts SET hashes = 'packed'",
        PACKED_HASH_GONE,
        "UPDATE audit_sheet_parts SET digest = 0",
        "UPDATE audit_watermarks SET snapshot_id = 0 WHERE layer = 'parts'; " PACKED_HASH_GONE,
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(spoil); i++) {
        struct history history;
        begin(&history);
        pull(&history, ARTISTS "A1,Ann,,,\nA2,Bo,,,\n");
        scene_write_database(&history.scene, spoil[i]);
        expect_change(pull(&history, ARTISTS "A1,Anna,,,\nA2,Bo,,,\n"), 0, 1, 0, 0);
        expect_versions(&history, 1, 1);
        expect_packed(&history);
        expect_change(pull(&history, ARTISTS "A2,Bo,,,\n"), 0, 0, 1, 0);
        expect_packed(&history);
        end(&history);
    }
}

static const char *many_artists(struct history *history, const char *name) {
    struct buf csv = {0};
    buf_add_text(&csv, ARTISTS);
    for (int i = 0; i < 20000; i++)
        buf_printf(&csv, "A%d,%s,,,\n", i, i == 10000 ? name : "Ann");
    const char *copy = arena_string(&history->arena, buf_span(&csv));
    buf_free(&csv);
    return copy;
}

/* The parts behind a missing one stand for other rows than it seems. */
static void test_a_missing_part_is_noticed(void **state) {
    static const char *const spoil[] = {
        "DELETE FROM audit_sheet_parts WHERE part = 0",
        "DELETE FROM audit_sheet_parts WHERE part = 1",
        "UPDATE audit_sheet_parts SET part = 3 WHERE part = 1",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(spoil); i++) {
        struct history history;
        begin(&history);
        pull(&history, many_artists(&history, "Ann"));
        scene_write_database(&history.scene, spoil[i]);
        expect_change(pull(&history, many_artists(&history, "Bo")), 0, 1, 0, 0);
        scene_expect(&history.scene,
                     "SELECT COUNT(*), MIN(part), MAX(part) FROM audit_sheet_parts"
                     " WHERE table_name = 'bronze_artists'",
                     "3,0,2");
        end(&history);
    }
}

/* ---- labels of order ---- */

static void test_70000_rows_between_two(void **state) {
    struct history history;
    struct buf csv = {0};
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "first,,,,\nlast,,,,\n");
    buf_add_text(&csv, ARTISTS "first,,,,\n");
    for (int i = 0; i < 70000; i++)
        buf_printf(&csv, "N%d,,,,\n", i);
    buf_add_text(&csv, "last,,,,\n");
    expect_change(pull(&history, buf_text(&csv)), 70000, 0, 0, 0);
    expect_versions(&history, 70000, 0);
    scene_expect(&history.scene, "SELECT COUNT(DISTINCT _position) FROM bronze_artists_current",
                 "70002");
    /* and once more between two of those */
    buf_free(&csv);
    buf_add_text(&csv, ARTISTS "first,,,,\n");
    for (int i = 0; i < 70000; i++)
        buf_printf(&csv, i == 35000 ? "N%d,,,,\nagain,,,,\n" : "N%d,,,,\n", i);
    buf_add_text(&csv, "last,,,,\n");
    pull(&history, buf_text(&csv));
    expect_versions(&history, 1, 0);
    buf_free(&csv);
    end(&history);
}

/* Each time just behind the first row, where the room halves each time. */
static void test_40_times_at_the_same_place(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "first,,,,\nlast,,,,\n");
    for (int i = 0; i < 40; i++) {
        struct buf csv = {0};
        buf_add_text(&csv, ARTISTS "first,,,,\n");
        for (int j = i; j >= 0; j--)
            buf_printf(&csv, "N%d,,,,\n", j);
        buf_add_text(&csv, "last,,,,\n");
        expect_change(pull(&history, buf_text(&csv)), 1, 0, 0, 0);
        expect_versions(&history, 1, 0);
        buf_free(&csv);
    }
    end(&history);
}

/* Ended versions stand between the current ones; making room must not mix up old snapshots. */
static void test_one_place_filled_and_emptied_again_and_again(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "first,,,,\nlast,,,,\n");
    for (int i = 0; i < 25; i++) {
        struct buf csv = {0};
        buf_printf(&csv, ARTISTS "first,,,,\nX%d,,,,\nY%d,,,,\n", i, i);
        if (i % 2)
            buf_printf(&csv, "Y%d,,,,\nX%d,,,,\n", i - 1, i - 1);
        buf_add_text(&csv, "last,,,,\n");
        pull(&history, buf_text(&csv));
        buf_free(&csv);
    }
    end(&history);
}

/* ---- the views ---- */

static void test_views_show_the_current_sheet_and_every_snapshot(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, ARTISTS "A1,Ann,,,\nA2,Bo,,,\n");
    pull(&history, ARTISTS "A2,Bo,,,\nA3,Cy,,,\nA1,Ann,,,\n");
    pull(&history, ARTISTS "A2,Bo,,,\nA3,Cy,,,\nA1,Ann,,,\n");
    scene_expect(&history.scene, "SELECT artist_id FROM bronze_artists_current", "A2\nA3\nA1");
    scene_expect(&history.scene,
                 "SELECT v.snapshot_id, v.artist_id, v.loaded_at = s.loaded_at"
                 " FROM bronze_artists_snapshots v JOIN audit_snapshots s USING (snapshot_id)"
                 " ORDER BY v.snapshot_id, v._position",
                 "1,A1,1\n1,A2,1\n2,A2,1\n2,A3,1\n2,A1,1\n3,A2,1\n3,A3,1\n3,A1,1");
    end(&history);
}

static void test_views_know_columns_that_came_later(void **state) {
    struct history history;
    (void)state;
    begin(&history);
    pull(&history, "artist_id,name\nA1,Ann\n");
    pull(&history, "artist_id,name,Notes\nA1,Ann,x\n");
    scene_expect(&history.scene,
                 "SELECT snapshot_id, notes FROM bronze_artists_snapshots ORDER BY snapshot_id",
                 "1,\n2,x");
    end(&history);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_pull_keeps_every_row),
        cmocka_unit_test(test_cells_are_kept_as_typed),
        cmocka_unit_test(test_unchanged_sheet_adds_its_audit_line_only),
        cmocka_unit_test(test_other_bytes_of_the_same_sheet_are_no_change),
        cmocka_unit_test(test_edited_cell_makes_one_version),
        cmocka_unit_test(test_edited_key_is_a_row_out_and_a_row_in),
        cmocka_unit_test(test_insert_makes_one_version_wherever_it_is),
        cmocka_unit_test(test_delete_makes_no_version),
        cmocka_unit_test(test_deleted_row_that_comes_back),
        cmocka_unit_test(test_moved_row_makes_one_version),
        cmocka_unit_test(test_swapped_rows),
        cmocka_unit_test(test_sorting_keeps_the_longest_run_in_place),
        cmocka_unit_test(test_moved_and_edited_row_is_a_changed_one),
        cmocka_unit_test(test_emptied_to_one_row),
        cmocka_unit_test(test_identical_rows_are_kept_apart),
        cmocka_unit_test(test_rows_of_one_key_that_change_together),
        cmocka_unit_test(test_blank_rows_are_rows),
        cmocka_unit_test(test_one_of_several_blank_rows_goes),
        cmocka_unit_test(test_a_blank_row_comes_before_others),
        cmocka_unit_test(test_added_column_versions_only_rows_with_a_value),
        cmocka_unit_test(test_added_column_of_a_sheet_without_rows),
        cmocka_unit_test(test_moved_column_makes_no_version),
        cmocka_unit_test(test_respelt_header_makes_no_version),
        cmocka_unit_test(test_vanished_column_is_null_and_comes_back),
        cmocka_unit_test(test_renamed_column_is_another_column),
        cmocka_unit_test(test_ragged_rows),
        cmocka_unit_test(test_headers_that_mean_something_elsewhere),
        cmocka_unit_test(test_long_headers_keep_their_columns_apart),
        cmocka_unit_test(test_a_pull_is_compared_with_packed_rows),
        cmocka_unit_test(test_packed_rows_that_do_not_hold_are_made_anew),
        cmocka_unit_test(test_a_missing_part_is_noticed),
        cmocka_unit_test(test_70000_rows_between_two),
        cmocka_unit_test(test_40_times_at_the_same_place),
        cmocka_unit_test(test_one_place_filled_and_emptied_again_and_again),
        cmocka_unit_test(test_views_show_the_current_sheet_and_every_snapshot),
        cmocka_unit_test(test_views_know_columns_that_came_later),
    };
    return run_group(tests);
}
