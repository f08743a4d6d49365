/*
 * core/uuid.h - UUID version 7 (RFC 9562): time first, so that new rows sort last.
 *
 * THREADS  Safe from any; ids made by one thread within a millisecond still ascend.
 */
#ifndef CORE_UUID_H
#define CORE_UUID_H

void uuid_v7(char out[37]); /* lower case, NUL-terminated */

#endif
