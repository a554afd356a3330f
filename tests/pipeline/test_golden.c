/* The sample sheets, from the CSVs to the last KPI, against golden files.
 *
 * The files are the answer of two programs: this one and tests/harness/oracle.py, which computes
 * the same tables by other means (see test_oracle.sh). */
#include "harness/harness.h"

static void check_all_tables(struct scene *scene) {
    struct table_query queries[TABLE_QUERY_MAX];
    size_t count = table_queries(scene->model, &scene->run_arena, queries);
    for (size_t i = 0; i < count; i++)
        check_golden(queries[i].name, scene_query(scene, queries[i].sql));
}

static void test_first_load_gives_the_golden_tables(void **state) {
    struct scene scene;
    (void)state;
    scene_open(&scene, "ticketing");
    scene_copy_inputs(&scene, GOLDLEAF_INPUTS_DIR);
    scene_run_all(&scene);
    check_all_tables(&scene);
    scene_close(&scene);
}

/* The model's folder and the model inside the program are one. */
static void test_model_from_its_folder_gives_the_golden_tables(void **state) {
    struct scene scene;
    (void)state;
    scene_open(&scene, GOLDLEAF_MODELS_DIR "/ticketing");
    scene_copy_inputs(&scene, GOLDLEAF_INPUTS_DIR);
    scene_run_all(&scene);
    check_all_tables(&scene);
    scene_close(&scene);
}

static void test_full_refresh_gives_the_golden_tables(void **state) {
    struct scene scene;
    (void)state;
    scene_open(&scene, "ticketing");
    scene_copy_inputs(&scene, GOLDLEAF_INPUTS_DIR);
    scene_run_all(&scene);
    struct run_options options = scene_options(&scene);
    options.full_refresh = true;
    scene_run(&scene, &options);
    check_all_tables(&scene);
    scene_close(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_load_gives_the_golden_tables),
        cmocka_unit_test(test_model_from_its_folder_gives_the_golden_tables),
        cmocka_unit_test(test_full_refresh_gives_the_golden_tables),
    };
    return run_group(tests);
}
