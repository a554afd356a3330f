/* Where a KPI comes from, drawn: sheets on the left, the silver columns that are read in the
 * middle, KPI tables on the right. */
#include "dictionary/dictionary_parts.h"

#define ROW 18
#define HEAD 26
#define GAP 14
#define BEND 170 /* room for the lines between two columns of boxes */
#define CHARACTER 8
#define COLORS 6

struct picture {
    struct buf *out;
    const struct model *model;
    const struct lineage *lineages;
    int sheet_width, silver_width, gold_width;
    int silver_x, gold_x;
    int *silver_y, *gold_y; /* of each box */
    int height;
};

static int width_of(const char *name) {
    return (int)strlen(name) * CHARACTER + 20;
}

static int larger(int a, int b) {
    return a > b ? a : b;
}

static bool is_read(const struct picture *picture, size_t sheet, size_t field) {
    for (size_t i = 0; i < picture->model->gold_count; i++)
        if (picture->lineages[i].columns[sheet][field])
            return true;
    return false;
}

static int count_read(const struct picture *picture, size_t sheet) {
    int count = 0;
    for (size_t i = 0; i < picture->model->sheets[sheet].field_count; i++)
        count += is_read(picture, sheet, i);
    return count;
}

static void measure(struct picture *picture) {
    const struct model *model = picture->model;
    picture->sheet_width = picture->silver_width = picture->gold_width = 120;
    for (size_t i = 0; i < model->sheet_count; i++) {
        const struct sheet_model *sheet = &model->sheets[i];
        picture->sheet_width = larger(picture->sheet_width, width_of(sheet->name));
        picture->silver_width =
            larger(picture->silver_width, width_of(sheet->name) + width_of("silver") - 12);
        for (size_t j = 0; j < sheet->field_count; j++)
            picture->silver_width = larger(picture->silver_width, width_of(sheet->fields[j].name));
    }
    for (size_t i = 0; i < model->gold_count; i++) {
        picture->gold_width = larger(picture->gold_width, width_of(model->gold[i].name));
        for (size_t j = 0; j < model->gold[i].field_count; j++)
            picture->gold_width =
                larger(picture->gold_width, width_of(model->gold[i].fields[j].name));
    }
    picture->silver_x = picture->sheet_width + 50;
    picture->gold_x = picture->silver_x + picture->silver_width + BEND;
}

/* Both stacks of boxes; the shorter one stands in the middle of the longer. */
static void place(struct picture *picture) {
    const struct model *model = picture->model;
    int silver = HEAD, gold = HEAD;
    for (size_t i = 0; i < model->sheet_count; i++) {
        picture->silver_y[i] = silver;
        silver += HEAD + count_read(picture, i) * ROW + GAP;
    }
    for (size_t i = 0; i < model->gold_count; i++) {
        picture->gold_y[i] = gold;
        gold += HEAD + (int)model->gold[i].field_count * ROW + GAP;
    }
    picture->height = larger(silver, gold);
    for (size_t i = 0; i < model->gold_count; i++)
        picture->gold_y[i] += gold < silver ? (silver - gold) / 2 : 0;
    for (size_t i = 0; i < model->sheet_count; i++)
        picture->silver_y[i] += silver < gold ? (gold - silver) / 2 : 0;
}

static void add_text(struct picture *picture, int x, int y, const char *class, const char *text) {
    buf_printf(picture->out, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
    page_add_text(picture->out, text);
    buf_add_text(picture->out, "</text>\n");
}

static void add_box(struct picture *picture, int x, int y, int width, int rows, const char *class) {
    buf_printf(picture->out,
               "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" class=\"%s\"/>\n", x, y,
               width, HEAD + rows * ROW, class);
}

static void add_line(struct picture *picture, int x, int y, int to_x, int to_y, size_t color) {
    int middle = (x + to_x) / 2;
    buf_printf(picture->out, "<path d=\"M%d %dC%d %d %d %d %d %d\" class=\"line k%zu\"/>\n", x, y,
               middle, y, middle, to_y, to_x, to_y, color % COLORS);
}

static void add_lines_of(struct picture *picture, size_t sheet, size_t field, int y) {
    int x = picture->silver_x + picture->silver_width;
    for (size_t i = 0; i < picture->model->gold_count; i++)
        if (picture->lineages[i].columns[sheet][field])
            add_line(picture, x, y, picture->gold_x, picture->gold_y[i] + HEAD / 2, i);
}

static void add_lines(struct picture *picture) {
    const struct model *model = picture->model;
    for (size_t i = 0; i < model->sheet_count; i++) {
        int y = picture->silver_y[i], row = 0;
        buf_printf(picture->out, "<path d=\"M%d %dH%d\" class=\"line\"/>\n", picture->sheet_width,
                   y + HEAD / 2, picture->silver_x);
        for (size_t j = 0; j < model->sheets[i].field_count; j++)
            if (is_read(picture, i, j))
                add_lines_of(picture, i, j, y + HEAD + row++ * ROW + ROW / 2);
    }
    for (size_t i = 0; i < model->gold_count; i++)
        for (size_t j = 0; j < model->gold_count; j++)
            if (picture->lineages[i].gold[j] && i != j)
                add_line(picture, picture->gold_x, picture->gold_y[j] + HEAD, picture->gold_x,
                         picture->gold_y[i] + HEAD, i);
}

static void add_silver(struct picture *picture, size_t index) {
    const struct sheet_model *sheet = &picture->model->sheets[index];
    int y = picture->silver_y[index], row = 0;
    struct buf name = {0};
    add_box(picture, 0, y, picture->sheet_width, 0, "box");
    add_text(picture, 10, y + 17, "head", sheet->name);
    add_box(picture, picture->silver_x, y, picture->silver_width, count_read(picture, index),
            "box silver");
    buf_printf(&name, "silver_%s", sheet->name);
    add_text(picture, picture->silver_x + 10, y + 17, "head", buf_text(&name));
    buf_free(&name);
    for (size_t i = 0; i < sheet->field_count; i++)
        if (is_read(picture, index, i))
            add_text(picture, picture->silver_x + 10, y + HEAD + row++ * ROW + 12, "row",
                     sheet->fields[i].name);
}

static void add_gold(struct picture *picture, size_t index) {
    const struct gold_model *gold = &picture->model->gold[index];
    int y = picture->gold_y[index];
    char class[32];
    snprintf(class, sizeof class, "box k%zu", index % COLORS);
    add_box(picture, picture->gold_x, y, picture->gold_width, (int)gold->field_count, class);
    add_text(picture, picture->gold_x + 10, y + 17, "head", gold->name);
    for (size_t i = 0; i < gold->field_count; i++)
        add_text(picture, picture->gold_x + 10, y + HEAD + (int)i * ROW + 12, "row",
                 gold->fields[i].name);
}

void picture_add(struct buf *out, const struct model *model, const struct lineage *lineages) {
    struct arena arena = {0};
    struct picture picture = {.out = out, .model = model, .lineages = lineages};
    picture.silver_y = arena_array(&arena, model->sheet_count + 1, sizeof(int));
    picture.gold_y = arena_array(&arena, model->gold_count + 1, sizeof(int));
    measure(&picture);
    place(&picture);
    int width = picture.gold_x + picture.gold_width + 2;
    buf_printf(out,
               "<svg viewBox=\"-1 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" "
               "aria-label=\"From sheets over silver to KPI tables\">\n",
               width, picture.height, width, picture.height);
    add_lines(&picture);
    add_text(&picture, 10, 14, "caption", "Sheets");
    add_text(&picture, picture.silver_x + 10, 14, "caption", "Clean columns that KPIs read");
    add_text(&picture, picture.gold_x + 10, 14, "caption", "KPI tables");
    for (size_t i = 0; i < model->sheet_count; i++)
        add_silver(&picture, i);
    for (size_t i = 0; i < model->gold_count; i++)
        add_gold(&picture, i);
    buf_add_text(out, "</svg>\n");
    arena_free(&arena);
}
