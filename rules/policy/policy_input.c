/*
 * The parts that say how the stream is read and written, and when it may be delivered: input, output, gates.
 */
#include "rules/base/span.h"
#include "rules/policy/loader.h"
#include "rules/text/decimal.h"

typedef struct raw_input {
    int format, encoding;
    pare_span delimiter;
    bool header, lenient;
    pare_texts columns, nulls, dates;
} raw_input;

typedef struct raw_output {
    int format, formulas;
    pare_span delimiter;
    pare_texts columns;
} raw_output;

typedef struct raw_gates {
    pare_span max_quarantined;
    uint32_t min_records;
} raw_gates;

enum { FORMAT_NOT_SAID = -1, FORMAT_CSV, FORMAT_TSV, FORMAT_NDJSON };
static const char *const formula_choices[] = {"refuse", "quote", "keep", NULL}; /* in the order of pare_formulas */
static const char *const formats[] = {"csv", "tsv", "ndjson", NULL};
static const char *const encodings[] = {"utf-8", "latin-1", "windows-1252", "utf-16", NULL};

static const pare_key_spec input_keys[] = {
    {.key = "format",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(raw_input, format),
     .choices = formats,
     .help = "csv or tsv; not said: detected"},
    {.key = "delimiter",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(raw_input, delimiter),
     .help = "one ASCII character; not said: detected"},
    {.key = "encoding",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(raw_input, encoding),
     .choices = encodings,
     .help = "the input's encoding, default utf-8"},
    {.key = "header",
     .kind = PARE_KIND_BOOL,
     .offset = offsetof(raw_input, header),
     .help = "false: the first line is data and `columns` names the columns; default true"},
    {.key = "columns",
     .kind = PARE_KIND_TEXTS,
     .offset = offsetof(raw_input, columns),
     .help = "the columns' names, where the input has no header"},
    {.key = "nulls",
     .kind = PARE_KIND_TEXTS,
     .offset = offsetof(raw_input, nulls),
     .help = "texts that mean `no value`; default [\"\"]"},
    {.key = "lenient",
     .kind = PARE_KIND_BOOL,
     .offset = offsetof(raw_input, lenient),
     .help = "true: stray quotes and ragged rows are read under guards; default false"},
    {.key = "dates",
     .kind = PARE_KIND_TEXTS,
     .offset = offsetof(raw_input, dates),
     .help = "strptime patterns of the input's dates, tried in order; default ISO 8601"},
};

static const pare_key_spec output_keys[] = {
    {.key = "format",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(raw_output, format),
     .choices = formats,
     .help = "csv or tsv; default: the input's"},
    {.key = "delimiter",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(raw_output, delimiter),
     .help = "one ASCII character; default: the input's"},
    {.key = "columns",
     .kind = PARE_KIND_TEXTS,
     .offset = offsetof(raw_output, columns),
     .help = "output columns in the order wanted; the others follow; default: the input's order"},
    {.key = "formulas",
     .kind = PARE_KIND_CHOICE,
     .offset = offsetof(raw_output, formulas),
     .choices = formula_choices,
     .help =
         "values that a spreadsheet would run: keep them, quote them with an apostrophe, or refuse their records; not "
         "said: they are kept, and the run warns"},
};

static const pare_key_spec gate_keys[] = {
    {.key = "max_quarantined",
     .kind = PARE_KIND_NAME,
     .offset = offsetof(raw_gates, max_quarantined),
     .help = "a share of the records read, such as 0.1% or 0.001"},
    {.key = "min_records",
     .kind = PARE_KIND_COUNT,
     .offset = offsetof(raw_gates, min_records),
     .help = "as many records at least must be written"},
    {.key = "k",
     .kind = PARE_KIND_NODE,
     .help = "the smallest group of records alike in their quasi-identifiers",
     .later = "only `max_quarantined` and `min_records` can be demanded yet"},
    {.key = "max_risk",
     .kind = PARE_KIND_NODE,
     .help = "the highest re-identification risk of a record",
     .later = "only `max_quarantined` and `min_records` can be demanded yet"},
};

const pare_schema pare_schema_input = {"`input`", input_keys, sizeof input_keys / sizeof input_keys[0], NULL};
const pare_schema pare_schema_output = {"`output`", output_keys, sizeof output_keys / sizeof output_keys[0], NULL};
const pare_schema pare_schema_gates = {"`gates`", gate_keys, sizeof gate_keys / sizeof gate_keys[0], NULL};

static pare_diagnostic *find(pare_loader *loader, pare_code code, const pare_node *node, const char *key,
                             const char *message)
{
    return pare_diagnose(loader->reading.findings, code, pare_schema_place(node, key, node->place), "%s", message);
}

static pare_format load_format(pare_loader *loader, const pare_node *node, int format)
{
    if (format == FORMAT_NDJSON) {
        find(loader, PR029, node, "format", "`format: ndjson` is not built yet")->help = "csv and tsv are";
    }
    return format == FORMAT_CSV ? PARE_FORMAT_CSV : format == FORMAT_TSV ? PARE_FORMAT_TSV : PARE_FORMAT_DETECT;
}

static unsigned char load_delimiter(pare_loader *loader, const pare_node *node, pare_span text, int format)
{
    if (text.len == 0) {
        return 0;
    }
    unsigned char c = text.ptr[0];
    if (text.len != 1 || c >= 0x80 || c == '"' || c == '\r' || c == '\n') {
        pare_diagnostic *finding = find(loader, PR053, node, "delimiter", "this can't be a delimiter");
        finding->label = text.len != 1 ? "is not one ASCII character" : NULL;
        finding->help = "one ASCII character, neither a quote nor a line end; a tab is \"\\t\" in double quotes";
        return 0;
    }
    if (format == FORMAT_TSV && c != '\t') {
        find(loader, PR053, node, "delimiter", "`format: tsv` has the tab as its delimiter")->help =
            "write `format: csv` or leave `delimiter` out";
        return 0;
    }
    return c;
}

static void load_columns(pare_loader *loader, const pare_node *node, const raw_input *raw)
{
    pare_input_settings *input = &loader->policy->input;
    bool named = pare_node_get(node, "columns") != NULL;
    if (raw->header && named) {
        find(loader, PR052, node, "columns", "`columns` names columns that the header names already")->help =
            "if the input has no header, write `header: false`";
    } else if (!raw->header && !named) {
        find(loader, PR052, node, "header", "without a header nothing names the columns")->help =
            "add `columns: [a, b, c]` beside it";
    } else if (named && raw->columns.n == 0) {
        find(loader, PR033, node, "columns", "`columns` is empty");
    } else if (raw->columns.n > PARE_MAX_COLUMNS) {
        find(loader, PR024, node, "columns", "`columns` names more than 4096 columns");
    }
    pare_loader_check_unique(loader, &raw->columns, "columns");
    input->columns = raw->columns.items;
    input->n_columns = raw->columns.n;
}

static void check_patterns(pare_loader *loader, const pare_texts *patterns)
{
    for (size_t i = 0; i < patterns->n; i++) {
        const char *wrong = pare_moment_check_pattern(patterns->items[i]);
        if (wrong != NULL) {
            pare_diagnostic *finding =
                pare_diagnose(loader->reading.findings, PR054, patterns->places[i], "unusable date pattern: %s", wrong);
            finding->help = "strptime patterns, such as %d/%m/%Y";
        }
    }
}

void pare_load_input(pare_loader *loader, const pare_node *node)
{
    static const pare_span empty[] = {{(const unsigned char *)"", 0}};
    static const pare_place nowhere[] = {{0, 0, 0}};
    pare_policy *policy = loader->policy;
    raw_input raw = {.format = FORMAT_NOT_SAID, .header = true, .nulls = {1, empty, nowhere}};
    if (node != NULL) {
        pare_schema_read(&pare_schema_input, node, node->place, &raw, &loader->reading);
        policy->header_is_stated = raw.header && pare_node_get(node, "header") != NULL;
        policy->input.format = load_format(loader, node, raw.format);
        policy->input.delimiter = load_delimiter(loader, node, raw.delimiter, raw.format);
        load_columns(loader, node, &raw);
        pare_loader_check_unique(loader, &raw.nulls, "nulls");
        check_patterns(loader, &raw.dates);
    }
    policy->input.encoding = (pare_encoding)raw.encoding;
    policy->input.header = raw.header;
    policy->input.lenient = raw.lenient;
    policy->nulls = raw.nulls;
    policy->date_patterns = raw.dates;
}

void pare_load_output(pare_loader *loader, const pare_node *node)
{
    pare_policy *policy = loader->policy;
    raw_output raw = {.format = FORMAT_NOT_SAID, .formulas = PARE_FORMULAS_FLAG};
    policy->formulas = PARE_FORMULAS_FLAG;
    if (node == NULL) {
        return;
    }
    pare_schema_read(&pare_schema_output, node, node->place, &raw, &loader->reading);
    policy->output.format = load_format(loader, node, raw.format);
    policy->output.delimiter = load_delimiter(loader, node, raw.delimiter, raw.format);
    pare_loader_check_unique(loader, &raw.columns, "columns");
    policy->formulas = (pare_formulas)raw.formulas;
    policy->output.formulas = policy->formulas == PARE_FORMULAS_FLAG ? NULL : formula_choices[policy->formulas];
    policy->output_columns = raw.columns.items;
    policy->n_output_columns = raw.columns.n;
    policy->output_column_places = raw.columns.places;
}

/* "0.1%" or "0.001": as a number, and exactly, as parts of a power of ten. */
static bool read_share(pare_span text, pare_policy *policy)
{
    enum { MOST_DIGITS = 15 };
    bool percent = text.len > 0 && text.ptr[text.len - 1] == '%';
    pare_span number = pare_span_first(text, percent ? text.len - 1 : text.len);
    double *share = &policy->max_quarantined;
    if (number.len > MOST_DIGITS || !pare_decimal_read(number, share)) {
        return false;
    }
    policy->quarantine_parts = 0;
    policy->quarantine_of = percent ? 100 : 1;
    bool behind_point = false;
    for (size_t i = 0; i < number.len; i++) {
        unsigned char c = number.ptr[i];
        behind_point = behind_point || c == '.';
        if (c >= '0' && c <= '9') {
            policy->quarantine_parts = policy->quarantine_parts * 10 + (uint64_t)(c - '0');
            policy->quarantine_of *= behind_point ? 10 : 1;
        }
    }
    *share = percent ? *share / 100 : *share;
    return *share >= 0 && policy->quarantine_parts <= policy->quarantine_of;
}

void pare_load_gates(pare_loader *loader, const pare_node *node)
{
    pare_policy *policy = loader->policy;
    raw_gates raw = {0};
    if (node == NULL) {
        return;
    }
    pare_schema_read(&pare_schema_gates, node, node->place, &raw, &loader->reading);
    policy->has_min_records = pare_node_get(node, "min_records") != NULL;
    policy->min_records = raw.min_records;
    if (raw.max_quarantined.len > 0) {
        policy->has_max_quarantined = true;
        if (!read_share(raw.max_quarantined, policy)) {
            find(loader, PR031, node, "max_quarantined", "this is not a share")->help =
                "a percentage such as 0.1%, or a fraction from 0 to 1 such as 0.001";
        }
    }
}
