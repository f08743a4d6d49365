/*
 * http/certificate.h - what the service proves its name with: the certificate of
 * INSPECTD_TLS_CERTIFICATE and the key of INSPECTD_TLS_KEY, both PEM.
 *
 * GnuTLS asks for them once in each handshake and is given copies; so they may be
 * replaced while others shake hands, and open connections keep what they began with.
 * One for the process, because GnuTLS passes its callback nothing to find another by.
 *
 * OWNERSHIP  certificate_forget() releases, and wipes the key.
 * THREADS    Any: a lock is held while a pair is copied or put in another's place.
 * BLOCKING   On the disk, to load.
 */
#ifndef HTTP_CERTIFICATE_H
#define HTTP_CERTIFICATE_H

#include <stdint.h>

#include "core/error.h"

/*
 * Takes the pair in place of what there was. ERR_INVALID with the cure: a file cannot
 * be read or is not what it should be, the key is another's, or others may read it;
 * what there was stays.
 */
int certificate_load(const char *certificate_file, const char *key_file, struct error *err) _must_check_;
void certificate_forget(void);

/* Until when it is valid, in seconds since 1970; 0 if there is none. */
int64_t certificate_expires_at(void);

/* The gnutls_certificate_retrieve_function3 for MHD_OPTION_HTTPS_CERT_CALLBACK2. */
void *certificate_callback(void);

#endif
