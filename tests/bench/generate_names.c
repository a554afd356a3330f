/* Places, people and words. All names are made up from lists; mail addresses are under the reserved
 * example domains, so that nobody real is ever in the data. */
#include "generate.h"

#include <string.h>

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

enum { STREAM_PERSON = 101, STREAM_ARTIST = 102, STREAM_MAIL = 103 };

/* Cities of a country stand together: a buyer is sought in the town first, then in the country. */
const struct city name_cities[] = {
    {"Mumbai", "Maharashtra", "IN", "INR", 4},
    {"Pune", "Maharashtra", "IN", "INR", 2},
    {"Bengaluru", "Karnataka", "IN", "INR", 3},
    {"Delhi", "Delhi", "IN", "INR", 3},
    {"Kolkata", "West Bengal", "IN", "INR", 2},
    {"Chennai", "Tamil Nadu", "IN", "INR", 1},
    {"Panaji", "Goa", "IN", "INR", 1},
    {"Austin", "TX", "US", "USD", 2},
    {"Nashville", "TN", "US", "USD", 2},
    {"Chicago", "IL", "US", "USD", 2},
    {"Brooklyn", "NY", "US", "USD", 2},
    {"Portland", "OR", "US", "USD", 1},
    {"London", "England", "GB", "GBP", 3},
    {"Manchester", "England", "GB", "GBP", 2},
    {"Bristol", "England", "GB", "GBP", 1},
    {"Glasgow", "Scotland", "GB", "GBP", 2},
    {"Berlin", "Berlin", "DE", "EUR", 2},
    {"Hamburg", "Hamburg", "DE", "EUR", 1},
    {"Köln", "Nordrhein-Westfalen", "DE", "EUR", 1},
    {"Leipzig", "Sachsen", "DE", "EUR", 1},
    {"Paris", "Île-de-France", "FR", "EUR", 2},
    {"Lyon", "Auvergne-Rhône-Alpes", "FR", "EUR", 1},
    {"Nantes", "Pays de la Loire", "FR", "EUR", 1},
    {"Dublin", "Leinster", "IE", "EUR", 2},
    {"Utrecht", "Utrecht", "NL", "EUR", 1},
    {"Windhoek", "Khomas", "NA", "NAD", 2},
    {"Swakopmund", "Erongo", "NA", "NAD", 1},
};
const size_t name_city_count = COUNT_OF(name_cities);

const char *const name_genres[] = {"indie",   "jazz",      "folk",     "rock",   "electronic",
                                   "hip-hop", "classical", "carnatic", "ghazal", "stand-up",
                                   "blues",   "soul",      "pop",      "metal"};
const size_t name_genre_count = COUNT_OF(name_genres);

struct people {
    const char *country;
    const char *const *first;
    const char *const *last;
    uint32_t first_count;
    uint32_t last_count;
};

static const char *const first_in[] = {
    "Aarav", "Aditi",  "Ananya", "Arjun",  "Deepa", "Diya",   "Farhan", "Gauri",
    "Imran", "Ishaan", "Kabir",  "Kavya",  "Kiran", "Leela",  "Manish", "Meera",
    "Neha",  "Nikhil", "Pooja",  "Pranav", "Priya", "Rahul",  "Rohan",  "Saanvi",
    "Sana",  "Sanjay", "Shreya", "Tara",   "Varun", "Vikram", "Yash",   "Zoya"};
static const char *const last_in[] = {
    "Agarwal", "Banerjee", "Bhat",   "Chatterjee", "Das",    "Desai", "Dsouza",   "Ghosh",
    "Gupta",   "Iyer",     "Jain",   "Joshi",      "Kapoor", "Khan",  "Krishnan", "Kulkarni",
    "Mehta",   "Menon",    "Mishra", "Mukherjee",  "Nair",   "Patel", "Pillai",   "Rao",
    "Reddy",   "Roy",      "Shah",   "Sharma",     "Shetty", "Singh", "Sinha",    "Verma"};
static const char *const first_en[] = {
    "Abigail", "Alice",  "Amelia", "Ben",   "Caleb", "Charlotte", "Connor", "Daisy",
    "Dylan",   "Ella",   "Emma",   "Ethan", "Finn",  "Grace",     "Hannah", "Harriet",
    "Isaac",   "Jack",   "James",  "Kezia", "Liam",  "Lucy",      "Mason",  "Megan",
    "Noah",    "Oliver", "Owen",   "Rosie", "Ruby",  "Sam",       "Tessa",  "Will"};
static const char *const last_en[] = {
    "Adams",   "Baker",   "Barnes",  "Brooks", "Byrne",  "Campbell",  "Carter", "Clarke",
    "Collins", "Cooper",  "Doyle",   "Evans",  "Foster", "Gallagher", "Gray",   "Hughes",
    "Kelly",   "Lewis",   "MacLeod", "Morgan", "Murphy", "Nolan",     "Parker", "Price",
    "Reid",    "Roberts", "Scott",   "Taylor", "Turner", "Walker",    "Ward",   "Wright"};
static const char *const first_de[] = {"Anna",  "Björn", "Clara", "Emil", "Felix",  "Frieda",
                                       "Hanna", "Jonas", "Jörg",  "Lena", "Lukas",  "Marie",
                                       "Nele",  "Oskar", "Paul",  "Sven", "Ulrike", "Zoë"};
static const char *const last_de[] = {"Bauer",   "Becker",  "Fischer",   "Groß",   "Hoffmann",
                                      "Keller",  "Krüger",  "Lehmann",   "Möller", "Müller",
                                      "Richter", "Schäfer", "Schulz",    "Wagner", "Weber",
                                      "Weiß",    "Winkler", "Zimmermann"};
static const char *const first_fr[] = {"Adèle",   "Baptiste", "Camille", "Chloé",  "Élise",
                                       "Étienne", "François", "Hugo",    "Inès",   "Jules",
                                       "Léa",     "Louis",    "Manon",   "Noémie", "Théo"};
static const char *const last_fr[] = {"Bernard",  "Blanc",   "Chevalier", "Dubois",   "Durand",
                                      "Fontaine", "Garnier", "Girard",    "Lambert",  "Lefèvre",
                                      "Marchand", "Moreau",  "Petit",     "Rousseau", "Roux"};
static const char *const first_na[] = {"Anna",    "Festus", "Helvi",   "Johannes",
                                       "Lavinia", "Maria",  "Ndapewa", "Petrus",
                                       "Selma",   "Simon",  "Tangeni", "Twapewa"};
static const char *const last_na[] = {"Amutenya", "Beukes",    "Cloete",  "Haufiku",
                                      "Iipinge",  "Katjavivi", "Nangolo", "Nghipondoka",
                                      "Shikongo", "Tjiueza",   "Uushona", "van Wyk"};
static const char *const first_nl[] = {"Anouk", "Bram", "Daan",  "Fleur", "Joris",
                                       "Lotte", "Maud", "Sanne", "Thijs"};
static const char *const last_nl[] = {"Bakker", "de Boer",  "de Vries", "Jansen", "Mulder",
                                      "Smit",   "van Dijk", "Visser",   "Willems"};

#define PEOPLE(code, first, last)                                                                  \
    { code, first, last, COUNT_OF(first), COUNT_OF(last) }

static const struct people name_people[] = {
    PEOPLE("IN", first_in, last_in), PEOPLE("US", first_en, last_en),
    PEOPLE("GB", first_en, last_en), PEOPLE("IE", first_en, last_en),
    PEOPLE("DE", first_de, last_de), PEOPLE("FR", first_fr, last_fr),
    PEOPLE("NA", first_na, last_na), PEOPLE("NL", first_nl, last_nl),
};

static const char *const band_heads[] = {
    "Paper",  "Midnight", "Saffron", "Hollow", "Electric",  "Quiet",   "Golden", "Northern",
    "Broken", "Velvet",   "Monsoon", "Silver", "Wandering", "Crimson", "Lunar",  "Borrowed",
    "Salt",   "Neon",     "Gentle",  "Rusty",  "Amber",     "Feral",   "Tidal",  "Winter",
    "Desert", "Static",   "Copper",  "Little", "Drifting",  "Sunday",  "Ivory",  "Restless"};
static const char *const band_tails[] = {
    "Lanterns", "Parade",    "Orchard",  "Foxes",    "Machines", "Assembly", "Sisters", "Tigers",
    "Harbour",  "Radio",     "Kites",    "Carousel", "Rivers",   "Theory",   "Magpies", "Avenue",
    "Choir",    "Satellite", "Bazaar",   "Ghosts",   "Pilots",   "Garden",   "Wolves",  "Letters",
    "Engines",  "Telegram",  "Sparrows", "Empire",   "Signals",  "Quartet",  "Hearts",  "Monarchs"};
static const char *const venue_heads[] = {
    "Lantern",  "Copper", "Velvet", "Harbour", "Orchard", "Juniper", "Marble",  "Saffron",
    "Tamarind", "Cedar",  "Brick",  "Amber",   "Heron",   "Monsoon", "Station", "Mill",
    "Anchor",   "Indigo", "Willow", "Foundry", "Granary", "Tram",    "Banyan",  "Dune"};
static const char *const venue_tails[] = {"Room",   "Cellar",      "Loft",  "Listening Room",
                                          "Studio", "Supper Club", "Stage", "Back Room",
                                          "Attic",  "Yard",        "Salon", "Jazz Club"};

static const struct people *name_find_people(const char *country) {
    for (size_t i = 0; i < COUNT_OF(name_people); i++) {
        if (strcmp(name_people[i].country, country) == 0) {
            return &name_people[i];
        }
    }
    return &name_people[0];
}

static void name_pick_person(const char *country, uint64_t seed, uint64_t index, const char **first,
                             const char **last) {
    const struct people *people = name_find_people(country);
    struct random random = random_start_stream(seed, STREAM_PERSON, index);
    *first = people->first[random_take_below(&random, people->first_count)];
    *last = people->last[random_take_below(&random, people->last_count)];
}

void name_put_person(struct text *text, const char *country, uint64_t seed, uint64_t index) {
    const char *first;
    const char *last;
    name_pick_person(country, seed, index, &first, &last);
    text_put_string(text, first);
    text_put_char(text, ' ');
    text_put_string(text, last);
}

/* The mail name of "Zoë Müller" is zoe.muller: letters of the Latin-1 block lose their marks. */
static void name_put_folded(struct text *text, const char *name) {
    static const char plain[] = "aaaaaaaceeeeiiiidnooooo ouuuuyts";
    for (const unsigned char *at = (const unsigned char *)name; *at != '\0'; at++) {
        if (*at == 0xC3 && at[1] != '\0') {
            at++;
            text_put_char(text, plain[*at & 0x1F]);
        } else if (*at >= 'A' && *at <= 'Z') {
            text_put_char(text, (char)(*at - 'A' + 'a'));
        } else if (*at != ' ') {
            text_put_char(text, (char)*at);
        }
    }
}

void name_put_email(struct text *text, const char *country, uint64_t seed, uint64_t index) {
    static const char *const hosts[] = {"@example.com", "@example.org", "@example.net",
                                        "@mail.example.com"};
    const char *first;
    const char *last;
    struct random random = random_start_stream(seed, STREAM_MAIL, index);
    name_pick_person(country, seed, index, &first, &last);
    name_put_folded(text, first);
    text_put_char(text, '.');
    name_put_folded(text, last);
    text_put_number(text, (index * 389 + 7) % 9973);
    text_put_string(text, hosts[random_take_below(&random, COUNT_OF(hosts))]);
}

/* One in four plays under their own name; the others are bands. Heads and tails are paired so that
 * the first 1024 bands all have different names. */
void name_put_artist(struct text *text, const char *country, uint64_t seed, uint64_t index) {
    if (index % 4 == 3) {
        name_put_person(text, country, seed + STREAM_ARTIST, index);
        return;
    }
    uint64_t turn = index / COUNT_OF(band_heads);
    text_put_string(text, index % 5 == 0 ? "The " : "");
    text_put_string(text, band_heads[index % COUNT_OF(band_heads)]);
    text_put_char(text, ' ');
    text_put_string(text, band_tails[(index * 11 + turn) % COUNT_OF(band_tails)]);
    if (turn >= COUNT_OF(band_tails)) {
        text_put_char(text, ' ');
        text_put_number(text, turn / COUNT_OF(band_tails) + 1);
    }
}

void name_put_venue(struct text *text, const struct city *city, uint64_t index) {
    uint64_t turn = index / COUNT_OF(venue_heads);
    text_put_string(text, index % 3 == 0 ? "The " : "");
    text_put_string(text, venue_heads[index % COUNT_OF(venue_heads)]);
    text_put_char(text, ' ');
    text_put_string(text, venue_tails[(index * 5 + turn) % COUNT_OF(venue_tails)]);
    if (turn >= COUNT_OF(venue_tails)) {
        text_put_char(text, ' ');
        text_put_string(text, city->name);
        text_put_char(text, ' ');
        text_put_number(text, turn / COUNT_OF(venue_tails) + 1);
    }
}
