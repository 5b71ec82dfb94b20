/* See libcsv.h. The one file that includes csv.h. */
#include "filter/record/libcsv.h"

#include <csv.h>

enum { PARSER_STEP = 16 << 10 };

struct pare_libcsv {
    struct csv_parser parser;
    pare_libcsv_calls calls;
    unsigned char options;
};

static int is_no_space(unsigned char byte)
{
    (void)byte;
    return 0;
}

pare_status pare_libcsv_new(unsigned char delimiter, bool tells_blank_lines, pare_libcsv_calls calls,
                            pare_libcsv **parser, pare_error *err)
{
    pare_libcsv *made = calloc(1, sizeof *made);
    unsigned char options = tells_blank_lines ? CSV_REPALL_NL : 0;
    if (made == NULL || csv_init(&made->parser, options) != 0) {
        free(made);
        return pare_fail(err, PARE_E_NOMEM, "out of memory");
    }
    made->calls = calls;
    made->options = options;
    csv_set_delim(&made->parser, delimiter);
    csv_set_space_func(&made->parser, is_no_space);
    csv_set_blk_size(&made->parser, PARSER_STEP);
    *parser = made;
    return PARE_OK;
}

void pare_libcsv_free(pare_libcsv *parser)
{
    if (parser != NULL) {
        csv_free(&parser->parser);
        free(parser);
    }
}

pare_status pare_libcsv_parse(pare_libcsv *parser, pare_span bytes, pare_error *err)
{
    const pare_libcsv_calls *calls = &parser->calls;
    if (csv_parse(&parser->parser, bytes.ptr, bytes.len, calls->field, calls->row, calls->context) == bytes.len) {
        return PARE_OK;
    }
    return csv_error(&parser->parser) == CSV_ENOMEM ? pare_fail(err, PARE_E_NOMEM, "out of memory")
                                                    : pare_fail(err, PARE_E_DATA, "libcsv can't go on");
}

pare_status pare_libcsv_finish(pare_libcsv *parser, bool strict, pare_error *err)
{
    const pare_libcsv_calls *calls = &parser->calls;
    if (strict) { /* an open quote at the end is an error only with both options, and only now */
        (void)csv_set_opts(&parser->parser, (unsigned char)(parser->options | CSV_STRICT | CSV_STRICT_FINI));
    }
    int failed = csv_fini(&parser->parser, calls->field, calls->row, calls->context);
    (void)csv_set_opts(&parser->parser, parser->options);
    return failed == 0 ? PARE_OK : pare_fail(err, PARE_E_DATA, "a quote is still open at the end");
}

size_t pare_libcsv_pending(const pare_libcsv *parser)
{
    return parser->parser.entry_pos;
}
