/* What the first bytes of a file or text say about it, so that the wrong kind of input is named and not parsed. */
#ifndef PARE_FILTER_SOURCE_RECOGNIZE_H
#define PARE_FILTER_SOURCE_RECOGNIZE_H

#include "filter/source/source.h"

enum { PARE_RECOGNIZE_BYTES = 16 }; /* as many suffice for pare_recognize_text() */

/** How the file is compressed. Zero: not in a way that pare reads. */
typedef enum pare_packing { PARE_PACKING_NONE = 0, PARE_PACKING_GZIP, PARE_PACKING_ZLIB } pare_packing;

/** `start`: the first bytes, up to 512. */
pare_packing pare_recognize_packing(pare_span start, pare_encoding encoding);

/**
 * Refuse what is not text in `encoding`: other compressions, archives, other encodings by their byte order mark.
 * `unpacked`: the bytes come out of a decompressor, so that compression here means compressed twice.
 * @return PARE_OK; PARE_E_DATA with a text that says what it is and what is read
 */
PARE_NODISCARD pare_status pare_recognize_text(pare_span start, pare_encoding encoding, bool unpacked, pare_error *err);

/** Bytes of the byte order mark that belongs to `encoding`, at the start of a text: 0, 2 or 3. */
size_t pare_recognize_mark(pare_span start, pare_encoding encoding);

#endif
