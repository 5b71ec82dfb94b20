/* The codes of what can be wrong with a record. Never renumbered: manifests and quarantine files hold them. */
#include "pare/record.h"

const char *pare_fault_code(pare_fault fault)
{
    switch (fault) {
    case PARE_FAULT_OTHER:
        break;
    case PARE_FAULT_SHORT:
        return "BR01";
    case PARE_FAULT_WIDE:
        return "BR02";
    case PARE_FAULT_STRAY_QUOTE:
        return "BR03";
    case PARE_FAULT_AFTER_QUOTE:
        return "BR04";
    case PARE_FAULT_BARE_CR:
        return "BR05";
    case PARE_FAULT_NUL:
        return "BR06";
    case PARE_FAULT_UTF8:
        return "BR07";
    case PARE_FAULT_LONG_FIELD:
        return "BR08";
    case PARE_FAULT_LINE_BREAK:
        return "BR09";
    case PARE_FAULT_DATE:
        return "BR10";
    case PARE_FAULT_VALUE:
        return "BR11";
    case PARE_FAULT_DETECTED:
        return "BR12";
    case PARE_FAULT_FORMULA:
        return "BR13";
    }
    return "BR00";
}
