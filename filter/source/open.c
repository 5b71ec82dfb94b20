/* Opening an input: what it is stands in its first bytes, never in its name. */
#include "filter/source/recognize.h"
#include "rules/base/try.h"

static pare_status unpack(pare_source *file, const pare_source_options *options, pare_source **text, const char **kind,
                          pare_error *err)
{
    pare_span start;
    pare_status status = pare_file_peek(file, &start, err);
    if (status != PARE_OK) {
        pare_source_close(file);
        return status;
    }
    switch (pare_recognize_packing(start, options->encoding)) {
    case PARE_PACKING_GZIP:
        *kind = "gzip";
        return pare_gunzip_new(file, false, options, text, err);
    case PARE_PACKING_ZLIB:
        *kind = "zlib";
        return pare_gunzip_new(file, true, options, text, err);
    case PARE_PACKING_NONE:
        break;
    }
    status = pare_recognize_text(start, options->encoding, false, err);
    if (status != PARE_OK) {
        pare_source_close(file);
        return status;
    }
    *kind = "plain";
    *text = file;
    return PARE_OK;
}

pare_status pare_source_open(const char *path, const pare_source_options *options, pare_source **source,
                             const char **kind, pare_error *err)
{
    pare_source *file = NULL, *text = NULL, *decoded = NULL;
    const char *found = NULL;
    PARE_TRY(pare_file_open(path, options, &file, err));
    PARE_TRY(unpack(file, options, &text, &found, err));
    PARE_TRY(pare_transcode_new(text, options->encoding, &decoded, err));
    *source = decoded;
    if (kind != NULL) {
        *kind = found;
    }
    return PARE_OK;
}
