/*
 * core/process.h - what the system may learn of this process.
 *
 * Keys, tokens and a database's password pass through its memory. A core dump would
 * keep them in a file; so would whoever may look into it as the same user.
 */
#ifndef CORE_PROCESS_H
#define CORE_PROCESS_H

/*
 * From now on a crash leaves no core dump, be it a file or the helper of the system,
 * and of this process' memory and environment nobody but root learns (prctl(2),
 * PR_SET_DUMPABLE; core(5)).
 */
void process_forbid_dumps(void);

#endif
