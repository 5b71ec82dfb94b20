/*
 * One detector of a pack: from its YAML, by the tables below, to its patterns, validators, needs and examples.
 *
 * Nothing is compiled and nothing is run here: expressions are written down as they will be compiled (expression.h).
 */
#include "rules/detect/pack_detector.h"

#include "rules/base/span.h"
#include "rules/detect/words.h"

enum { DEFAULT_WINDOW_BYTES = 60 };

/** What the tables fill. */
typedef struct detector_text {
    pare_span title, category, group, pattern;
    pare_texts patterns, alone, regional, in_context, validators, context, and_context, matches, rejects;
    uint32_t context_window;
    pare_span not_column;
    bool caseless;
    const pare_node *announced, *needs, *matches_in, *rejects_in;
} detector_text;

typedef struct announced_text {
    pare_span behind, column;
    bool checked;
    pare_texts patterns, words;
} announced_text;

#define AT(type, member) .offset = offsetof(type, member)

static const pare_key_spec detector_keys[] = {
    {.key = "title", .kind = PARE_KIND_NAME, .required = true, AT(detector_text, title), .help = "What it finds."},
    {.key = "category",
     .kind = PARE_KIND_NAME,
     .required = true,
     AT(detector_text, category),
     .help = "Fideslang data category of what it finds."},
    {.key = "group",
     .kind = PARE_KIND_NAME,
     AT(detector_text, group),
     .help = "A name under which a policy finds this detector together with others."},
    {.key = "pattern", .kind = PARE_KIND_NAME, AT(detector_text, pattern), .help = "A PCRE2 expression."},
    {.key = "patterns",
     .kind = PARE_KIND_TEXTS,
     AT(detector_text, patterns),
     .help = "Several expressions, each of which finds the same kind of thing."},
    {.key = "alone",
     .kind = PARE_KIND_TEXTS,
     AT(detector_text, alone),
     .help = "Expressions that count only where nothing else stands in the value, up to 4 blanks at either end aside."},
    {.key = "regional",
     .kind = PARE_KIND_TEXTS,
     AT(detector_text, regional),
     .help = "Expressions that count only where a policy says the region, as far as a validator that knows of regions "
             "accepts them (`phone` does)."},
    {.key = "announced",
     .kind = PARE_KIND_NODE,
     AT(detector_text, announced),
     .help = "Expressions that count only right behind something that announces them."},
    {.key = "caseless",
     .kind = PARE_KIND_BOOL,
     AT(detector_text, caseless),
     .help = "Letters of the patterns match either case (default: false)."},
    {.key = "validators",
     .kind = PARE_KIND_TEXTS,
     AT(detector_text, validators),
     .help = "Checks that a match must pass, all of them."},
    {.key = "needs",
     .kind = PARE_KIND_NODE,
     AT(detector_text, needs),
     .help = "What every match holds, so that other values are passed over fast."},
    {.key = "context",
     .kind = PARE_KIND_TEXTS,
     AT(detector_text, context),
     .help =
         "Words one of which must stand near a match, or in the name of its column; whatever their case, unless they "
         "are written in capitals. `{{name}}` stands for the words of a part, parted by `|`."},
    {.key = "and_context",
     .kind = PARE_KIND_TEXTS,
     AT(detector_text, and_context),
     .help = "More words, one of which must stand near as well."},
    {.key = "in_context",
     .kind = PARE_KIND_TEXTS,
     AT(detector_text, in_context),
     .help = "Expressions that count only near these words; the others then count without them."},
    {.key = "context_window",
     .kind = PARE_KIND_COUNT,
     AT(detector_text, context_window),
     .min = 1,
     .max = 1000,
     .help = "How near, in bytes before and behind the match (default: 60)."},
    {.key = "not_column",
     .kind = PARE_KIND_NAME,
     AT(detector_text, not_column),
     .help = "An expression for names of columns, in words (`tracking number`): what fills a value of such a column is "
             "something else."},
    {.key = "matches",
     .kind = PARE_KIND_TEXTS,
     .required = true,
     AT(detector_text, matches),
     .help = "Texts that must be found, as a whole or the part between << and >>."},
    {.key = "rejects",
     .kind = PARE_KIND_TEXTS,
     AT(detector_text, rejects),
     .help = "Texts in which nothing may be found."},
    {.key = "matches_in",
     .kind = PARE_KIND_NODE,
     AT(detector_text, matches_in),
     .help = "A map from names of columns to texts that must be found in them."},
    {.key = "rejects_in",
     .kind = PARE_KIND_NODE,
     AT(detector_text, rejects_in),
     .help = "A map from names of columns to texts in which nothing may be found there."},
};
static const pare_schema detector_schema = {"a detector", detector_keys, sizeof detector_keys / sizeof detector_keys[0],
                                            NULL};

static const pare_key_spec announced_keys[] = {
    {.key = "behind",
     .kind = PARE_KIND_NAME,
     .required = true,
     AT(announced_text, behind),
     .help = "A PCRE2 expression that must end where the match begins, at most 96 bytes before it."},
    {.key = "patterns",
     .kind = PARE_KIND_TEXTS,
     .required = true,
     AT(announced_text, patterns),
     .help = "PCRE2 expressions."},
    {.key = "column",
     .kind = PARE_KIND_NAME,
     AT(announced_text, column),
     .help = "An expression for names of columns, in words (`passport no`), that announce all values in them; default: "
             "those that `behind` would match if they stood before the value."},
    {.key = "checked",
     .kind = PARE_KIND_BOOL,
     AT(announced_text, checked),
     .help = "Whether the validators are asked (default: true)."},
    {.key = "words",
     .kind = PARE_KIND_TEXTS,
     AT(announced_text, words),
     .help =
         "Beginnings of words: wherever `behind` matches, a word begins with one of these, whatever its case; so that "
         "other values are passed over fast."},
};
static const pare_schema announced_schema = {"`announced`", announced_keys,
                                             sizeof announced_keys / sizeof announced_keys[0], NULL};

/* --- expressions ---------------------------------------------------------------------------------- */

pare_expression *pare_pack_expression(const pare_pack_reader *r, pare_span text, bool caseless, pare_place place)
{
    pare_expression *made = pare_arena_alloc(r->reading->arena, sizeof *made);
    if (made == NULL) {
        r->reading->findings->out_of_memory = true;
        return NULL;
    }
    *made = (pare_expression){
        .text = text, .parts = r->parts, .caseless = caseless, .measured = r->measured, .place = place};
    return made;
}

/** Add an expression to the detector's. */
static bool add_pattern(const pare_pack_reader *r, pare_detector *detector, pare_span pattern, bool caseless,
                        pare_place place, pare_expression *behind)
{
    if (detector->n_patterns == PARE_DETECTOR_MAX_PATTERNS) {
        pare_diagnose(r->reading->findings, PR080, place, "a detector has at most %d patterns",
                      PARE_DETECTOR_MAX_PATTERNS);
        return false;
    }
    pare_expression *added = pare_pack_expression(r, pattern, caseless, place);
    if (added == NULL) {
        return false;
    }
    detector->behind[detector->n_patterns] = behind;
    detector->patterns[detector->n_patterns++] = added;
    return true;
}

/** Does a comment in the expression end with the line, because it begins with (?x)? */
static bool is_extended(pare_span pattern)
{
    if (pattern.len < 3 || pattern.ptr[0] != '(' || pattern.ptr[1] != '?') {
        return false;
    }
    for (size_t i = 2; i < pattern.len && pattern.ptr[i] >= 'a' && pattern.ptr[i] <= 'z'; i++) {
        if (pattern.ptr[i] == 'x') {
            return true;
        }
    }
    return false;
}

/** The expression within a group, between `before` and `behind`. */
static pare_span wrap(const pare_pack_reader *r, const char *before, pare_span pattern, const char *behind)
{
    char *text = pare_arena_printf(r->reading->arena, "%s(?:%s%s)%s", before, (const char *)pattern.ptr,
                                   is_extended(pattern) ? "\n" : "", behind);
    if (text == NULL) {
        r->reading->findings->out_of_memory = true;
        return pare_span_of("");
    }
    return pare_span_of(text);
}

/** `alone`: at most PARE_ALONE_BLANKS blanks before and behind. */
static bool read_alone(const pare_pack_reader *r, const detector_text *text, pare_detector *detector)
{
    bool fine = true;
    for (size_t i = 0; fine && i < text->alone.n; i++) {
        pare_span pattern = wrap(r, "\\A\\s{0,4}\\K", text->alone.items[i], "(?=\\s{0,4}\\z)");
        fine = add_pattern(r, detector, pattern, text->caseless, text->alone.places[i], NULL);
        detector->alone[detector->n_patterns - 1] = fine;
    }
    return fine;
}

/** `in_context`: without it, `context` is for all patterns. */
static bool read_in_context(const pare_pack_reader *r, const detector_text *text, pare_detector *detector)
{
    bool fine = true;
    for (size_t i = 0; i < detector->n_patterns; i++) {
        detector->contextual[i] = text->context.n > 0 && text->in_context.n == 0;
    }
    for (size_t i = 0; fine && i < text->in_context.n; i++) {
        fine = add_pattern(r, detector, text->in_context.items[i], text->caseless, text->in_context.places[i], NULL);
        detector->contextual[detector->n_patterns - 1] = fine;
    }
    bool for_nothing = text->context.n == 0 && (text->in_context.n > 0 || text->and_context.n > 0);
    if (fine && for_nothing) {
        pare_diagnose(r->reading->findings, PR080, detector->place, "`in_context` and `and_context` go with `context`");
    }
    return fine && !for_nothing;
}

/** `regional`: without a validator that knows of regions none would ever count. */
static bool read_regional(const pare_pack_reader *r, const detector_text *text, pare_detector *detector)
{
    bool fine = true;
    for (size_t i = 0; fine && i < text->regional.n; i++) {
        fine = add_pattern(r, detector, text->regional.items[i], text->caseless, text->regional.places[i], NULL);
        detector->regional[detector->n_patterns - 1] = fine;
    }
    return fine;
}

/** An expression for names of columns, whatever their case, where there is one. */
static bool add_column(const pare_pack_reader *r, pare_span text, const pare_node *node, const char *key,
                       pare_expression **out)
{
    if (text.len > 0) {
        *out = pare_pack_expression(r, text, true, pare_schema_place(node, key, node->place));
    }
    return text.len == 0 || *out != NULL;
}

/** `announced`: what must stand before is written so that it ends where the match begins. */
static bool read_announced(const pare_pack_reader *r, const detector_text *text, pare_detector *detector)
{
    announced_text announced = {.checked = true};
    if (text->announced == NULL) {
        return true;
    }
    if (!pare_schema_read(&announced_schema, text->announced, text->announced->place, &announced, r->reading)) {
        return false;
    }
    for (size_t i = 0; i < announced.words.n; i++) {
        if (!pare_word_can_be_listed(announced.words.items[i])) {
            pare_diagnose(r->reading->findings, PR085, announced.words.places[i],
                          "a beginning of a word has two characters at least, the first of them a letter");
            return false;
        }
    }
    detector->words = announced.words;
    pare_place place = pare_schema_place(text->announced, "behind", text->announced->place);
    pare_expression *behind = pare_pack_expression(r, wrap(r, "", announced.behind, "\\z"), text->caseless, place);
    bool fine = behind != NULL && add_column(r, announced.column, text->announced, "column", &detector->column);
    for (size_t i = 0; fine && i < announced.patterns.n; i++) {
        fine =
            add_pattern(r, detector, announced.patterns.items[i], text->caseless, announced.patterns.places[i], behind);
        detector->unchecked[detector->n_patterns - 1] = !announced.checked;
    }
    return fine;
}

/** `pattern` or `patterns` or both, and the others. */
static bool read_patterns(const pare_pack_reader *r, const detector_text *text, const pare_node *node,
                          pare_detector *detector)
{
    bool fine = true;
    if (text->pattern.len > 0) {
        pare_place place = pare_schema_place(node, "pattern", detector->place);
        fine = add_pattern(r, detector, text->pattern, text->caseless, place, NULL);
    }
    for (size_t i = 0; fine && i < text->patterns.n; i++) {
        fine = add_pattern(r, detector, text->patterns.items[i], text->caseless, text->patterns.places[i], NULL);
    }
    detector->n_free = detector->n_patterns;
    fine = fine && read_alone(r, text, detector) && read_announced(r, text, detector) &&
           read_regional(r, text, detector) && read_in_context(r, text, detector);
    if (fine && detector->n_patterns == 0) {
        pare_diagnostic *finding =
            pare_diagnose(r->reading->findings, PR080, detector->place, "the detector has no pattern");
        finding->help = "write `pattern: EXPRESSION`, or a list under `patterns`";
        return false;
    }
    return fine;
}

static bool read_validators(const detector_text *text, pare_detector *detector, pare_reading *reading)
{
    bool knows = false;
    if (text->validators.n > PARE_DETECTOR_MAX_VALIDATORS) {
        pare_diagnose(reading->findings, PR080, text->validators.places[PARE_DETECTOR_MAX_VALIDATORS],
                      "a detector has at most %d validators", PARE_DETECTOR_MAX_VALIDATORS);
        return false;
    }
    for (size_t i = 0; i < text->validators.n; i++) {
        const pare_validator *validator = pare_validator_find(text->validators.items[i]);
        if (validator == NULL) {
            const char *names[32] = {NULL};
            for (size_t k = 0; k + 1 < sizeof names / sizeof names[0] && pare_validators[k].name != NULL; k++) {
                names[k] = pare_validators[k].name;
            }
            const char *nearest = pare_nearest_name(text->validators.items[i], names);
            pare_diagnostic *finding =
                pare_diagnose(reading->findings, PR081, text->validators.places[i], "unknown validator `%.*s`",
                              PARE_SPAN_ARGS(text->validators.items[i]));
            finding->help = nearest == NULL ? "`pare rules` lists the validators"
                                            : pare_diagnostic_text(reading->findings, "did you mean `%s`?", nearest);
            return false;
        }
        detector->validators[detector->n_validators++] = validator;
        knows = knows || validator->accepts_in != NULL;
    }
    if (text->regional.n > 0 && !knows) {
        pare_diagnose(reading->findings, PR080, text->regional.places[0],
                      "`regional` goes with a validator that knows of regions, such as `phone`");
        return false;
    }
    return true;
}

/** `matches_in` and `rejects_in`: maps from names to a text or a list of texts. */
static bool check_examples_in(const pare_node *examples, pare_reading *reading)
{
    bool fine = examples == NULL || examples->kind == PARE_NODE_MAP;
    for (size_t i = 0; examples != NULL && fine && i < examples->n; i++) {
        const pare_node *texts = examples->pairs[i].value;
        fine = texts->kind != PARE_NODE_MAP;
        for (size_t k = 0; fine && texts->kind == PARE_NODE_LIST && k < texts->n; k++) {
            fine = texts->items[k]->kind == PARE_NODE_SCALAR;
        }
    }
    if (!fine) {
        pare_diagnose(reading->findings, PR080, examples->place, "a map from names of columns to texts");
    }
    return fine;
}

bool pare_pack_is_name(pare_span name)
{
    bool fine = name.len >= 1 && name.len <= 64 && name.ptr[0] >= 'a' && name.ptr[0] <= 'z';
    for (size_t i = 0; i < name.len; i++) {
        unsigned char byte = name.ptr[i];
        fine = fine && ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_');
    }
    return fine;
}

bool pare_pack_check_name(pare_span name, pare_place place, const char *what, pare_reading *reading)
{
    if (!pare_pack_is_name(name)) {
        pare_diagnose(reading->findings, PR080, place,
                      "%s begins with a lower-case letter and has lower-case letters, digits and `_`, at most 64",
                      what);
        return false;
    }
    return true;
}

bool pare_pack_read_detector(const pare_pack_reader *r, const pare_pair *pair, pare_detector *detector)
{
    pare_reading *reading = r->reading;
    detector_text text = {.context_window = DEFAULT_WINDOW_BYTES};
    detector->place = pair->key->place;
    detector->pack = r->pack->name;
    if (!pare_pack_check_name(pair->key->text, pair->key->place, "a detector's name", reading) ||
        !pare_schema_read(&detector_schema, pair->value, pair->value->place, &text, reading) ||
        (text.group.len > 0 &&
         !pare_pack_check_name(text.group, pare_schema_place(pair->value, "group", detector->place), "a group",
                               reading))) {
        return false;
    }
    if (text.matches.n == 0) {
        pare_diagnose(reading->findings, PR080, pare_schema_place(pair->value, "matches", detector->place),
                      "a detector has at least one example under `matches`");
        return false;
    }
    detector->name = (const char *)pair->key->text.ptr;
    detector->title = (const char *)text.title.ptr;
    detector->category = (const char *)text.category.ptr;
    detector->group = text.group.len > 0 ? (const char *)text.group.ptr : NULL;
    detector->matches = text.matches.items;
    detector->n_matches = text.matches.n;
    detector->rejects = text.rejects.items;
    detector->n_rejects = text.rejects.n;
    detector->match_places = text.matches.places;
    detector->reject_places = text.rejects.places;
    detector->matches_in = text.matches_in;
    detector->rejects_in = text.rejects_in;
    detector->context_window = text.context_window;
    return check_examples_in(text.matches_in, reading) && check_examples_in(text.rejects_in, reading) &&
           add_column(r, text.not_column, pair->value, "not_column", &detector->not_column) &&
           read_patterns(r, &text, pair->value, detector) && read_validators(&text, detector, reading) &&
           pare_pack_read_needs(r, text.needs, text.caseless, detector) &&
           pare_pack_read_context(r, text.context, detector) && pare_pack_read_context(r, text.and_context, detector);
}
