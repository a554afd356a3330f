/* The sample sheets, from the CSVs to the last KPI, against golden files.
 *
 * The files are the answer of two programs: this one and tests/harness/oracle.py, which computes
 * the same tables by other means (see test_oracle.sh). */
#include "harness/harness.h"

/* Each shipped model, its sample sheets, and where its golden files are below fixtures/golden. */
static const struct sample {
    const char *model, *inputs, *golden;
} samples[] = {
    {"ticketing", GOLDLEAF_INPUTS_DIR, ""},
    {"streaming", GOLDLEAF_FIXTURES_DIR "/streaming", "streaming/"},
};

static void check_all_tables(struct scene *scene, const struct sample *sample) {
    struct table_query queries[TABLE_QUERY_MAX];
    size_t count = table_queries(scene->model, &scene->run_arena, queries);
    for (size_t i = 0; i < count; i++)
        check_golden(arena_printf(&scene->run_arena, "%s%s", sample->golden, queries[i].name),
                     scene_query(scene, queries[i].sql));
}

static void load(struct scene *scene, const char *model, const struct sample *sample) {
    scene_open(scene, model);
    scene_copy_inputs(scene, sample->inputs);
    scene_run_all(scene);
}

static void test_first_load_gives_the_golden_tables(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct scene scene;
        load(&scene, samples[i].model, &samples[i]);
        check_all_tables(&scene, &samples[i]);
        scene_close(&scene);
    }
}

/* The model's folder and the model inside the program are one. */
static void test_model_from_its_folder_gives_the_golden_tables(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct scene scene;
        char folder[256];
        snprintf(folder, sizeof folder, GOLDLEAF_MODELS_DIR "/%s", samples[i].model);
        load(&scene, folder, &samples[i]);
        check_all_tables(&scene, &samples[i]);
        scene_close(&scene);
    }
}

static void test_full_refresh_gives_the_golden_tables(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct scene scene;
        load(&scene, samples[i].model, &samples[i]);
        struct run_options options = scene_options(&scene);
        options.full_refresh = true;
        scene_run(&scene, &options);
        check_all_tables(&scene, &samples[i]);
        scene_close(&scene);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_load_gives_the_golden_tables),
        cmocka_unit_test(test_model_from_its_folder_gives_the_golden_tables),
        cmocka_unit_test(test_full_refresh_gives_the_golden_tables),
    };
    return run_group(tests);
}
