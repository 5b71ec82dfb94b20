/* Signals that end the program: the temporary file goes first. */
#ifndef PARE_FILTER_CMD_SIGNALS_H
#define PARE_FILTER_CMD_SIGNALS_H

/** From now on INT, TERM, HUP, PIPE and XFSZ clean up before they kill. Those that were ignored stay ignored. */
void pare_signals_catch(void);

enum { PARE_SIGNALS_FILES = 3 };

/** File number `which` (below PARE_SIGNALS_FILES) that has to go if the program is killed, or NULL. `context` is not
 * used. */
void pare_signals_temporary(void *context, unsigned which, const char *name);

/** Die of a signal, so that the parent sees which. Returns only if the system does not let us. */
void pare_signals_die_of(int number);

#endif
