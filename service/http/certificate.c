/* The pair in use, under a lock; and the copies of it that handshakes take. */
#include "http/certificate.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#include "core/banned.h"

#define FILE_BYTES_MAX (1 << 20)
#define KEY_ID_BYTES   32

struct pair {
	gnutls_x509_crt_t *chain; /* its own certificate first, then the one above it, and so on */
	unsigned n;
	gnutls_x509_privkey_t key;
};

static struct pair current;
static pthread_rwlock_t current_lock = PTHREAD_RWLOCK_INITIALIZER;

static void pair_done(struct pair *p)
{
	for (unsigned i = 0; i < p->n; i++)
		gnutls_x509_crt_deinit(p->chain[i]);
	gnutls_free(p->chain);
	gnutls_x509_privkey_deinit(p->key);
	*p = (struct pair){ 0 };
}

static void wipe(gnutls_datum_t *text)
{
	if (text->data)
		gnutls_memset(text->data, 0, text->size);
	gnutls_free(text->data);
}

/* --- reading ---------------------------------------------------------------------- */

static int read_file(const char *setting, const char *path, gnutls_datum_t *ret_text, struct stat *ret_stat,
		     struct error *err)
{
	if (stat(path, ret_stat) < 0)
		return error_set(err, ERR_INVALID, "%s names %s, which cannot be read: %s", setting, path,
				 strerrordesc_np(errno));
	if (!S_ISREG(ret_stat->st_mode) || ret_stat->st_size > FILE_BYTES_MAX)
		return error_set(err, ERR_INVALID, "%s names %s, which is no file of PEM", setting, path);
	if (gnutls_load_file(path, ret_text) < 0)
		return error_set(err, ERR_INVALID, "%s names %s, which cannot be read", setting, path);
	return 0;
}

static int read_chain(const char *path, struct pair *p, struct error *err)
{
	_cleanup_(wipe) gnutls_datum_t text = { 0 };
	struct stat s;
	int failed;

	if (read_file("INSPECTD_TLS_CERTIFICATE", path, &text, &s, err) < 0)
		return -1;
	failed = gnutls_x509_crt_list_import2(&p->chain, &p->n, &text, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_SORT);
	if (failed < 0 || p->n == 0)
		return error_set(err, ERR_INVALID, "INSPECTD_TLS_CERTIFICATE names %s, which holds no certificate: %s",
				 path, gnutls_strerror(failed));
	return 0;
}

static int read_key(const char *path, struct pair *p, struct error *err)
{
	_cleanup_(wipe) gnutls_datum_t text = { 0 };
	struct stat s;
	int failed;

	if (read_file("INSPECTD_TLS_KEY", path, &text, &s, err) < 0)
		return -1;
	if (s.st_mode & (S_IRWXO | S_IWGRP))
		return error_set(err, ERR_INVALID,
				 "INSPECTD_TLS_KEY names %s, which others may read or write: `chmod 600 %s`", path,
				 path);
	if (gnutls_x509_privkey_init(&p->key) < 0)
		return error_set(err, ERR_INTERNAL, "out of memory");
	failed = gnutls_x509_privkey_import2(p->key, &text, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (failed < 0)
		return error_set(err, ERR_INVALID,
				 "INSPECTD_TLS_KEY names %s, which holds no key without a passphrase: %s", path,
				 gnutls_strerror(failed));
	return 0;
}

static int check_match(const struct pair *p, struct error *err)
{
	unsigned char of_chain[KEY_ID_BYTES], of_key[KEY_ID_BYTES];
	size_t chain_len = sizeof of_chain, key_len = sizeof of_key;

	if (gnutls_x509_crt_get_key_id(p->chain[0], GNUTLS_KEYID_USE_SHA256, of_chain, &chain_len) < 0 ||
	    gnutls_x509_privkey_get_key_id(p->key, GNUTLS_KEYID_USE_SHA256, of_key, &key_len) < 0 ||
	    chain_len != key_len || memcmp(of_chain, of_key, key_len) != 0)
		return error_set(err, ERR_INVALID,
				 "the key of INSPECTD_TLS_KEY is not that of the certificate of "
				 "INSPECTD_TLS_CERTIFICATE");
	return 0;
}

static void exchange_with_current(struct pair *p)
{
	struct pair before;

	pthread_rwlock_wrlock(&current_lock);
	before = current;
	current = *p;
	pthread_rwlock_unlock(&current_lock);
	*p = before;
}

int certificate_load(const char *certificate_file, const char *key_file, struct error *err)
{
	_cleanup_(pair_done) struct pair p = { 0 };

	if (read_chain(certificate_file, &p, err) < 0 || read_key(key_file, &p, err) < 0 || check_match(&p, err) < 0)
		return -1;
	exchange_with_current(&p);
	return 0;
}

void certificate_forget(void)
{
	_cleanup_(pair_done) struct pair nothing = { 0 };

	exchange_with_current(&nothing);
}

int64_t certificate_expires_at(void)
{
	int64_t at;

	pthread_rwlock_rdlock(&current_lock);
	at = current.n > 0 ? (int64_t)gnutls_x509_crt_get_expiration_time(current.chain[0]) : 0;
	pthread_rwlock_unlock(&current_lock);
	return at;
}

/* --- handshakes -------------------------------------------------------------------- */

/* What one handshake is given, and GnuTLS releases after it. */
struct copy {
	gnutls_pcert_st *chain;
	unsigned n;
	gnutls_privkey_t key;
};

static void copy_done(struct copy *c)
{
	for (unsigned i = 0; i < c->n; i++)
		gnutls_pcert_deinit(&c->chain[i]);
	gnutls_free(c->chain);
	if (c->key)
		gnutls_privkey_deinit(c->key);
}

static int copy_current(struct copy *c)
{
	c->chain = current.n > 0 ? gnutls_calloc(current.n, sizeof *c->chain) : NULL;
	if (!c->chain)
		return -1;
	for (; c->n < current.n; c->n++)
		if (gnutls_pcert_import_x509(&c->chain[c->n], current.chain[c->n], 0) < 0)
			return -1;
	if (gnutls_privkey_init(&c->key) < 0)
		return -1;
	return gnutls_privkey_import_x509(c->key, current.key, GNUTLS_PRIVKEY_IMPORT_COPY);
}

static int on_handshake(gnutls_session_t session, const struct gnutls_cert_retr_st *wanted, gnutls_pcert_st **ret_chain,
			unsigned *ret_n, gnutls_ocsp_data_st **ret_ocsp, unsigned *ret_n_ocsp,
			gnutls_privkey_t *ret_key, unsigned *ret_flags)
{
	_cleanup_(copy_done) struct copy c = { 0 };
	int failed;

	(void)session;
	(void)wanted;
	pthread_rwlock_rdlock(&current_lock);
	failed = copy_current(&c);
	pthread_rwlock_unlock(&current_lock);
	if (failed < 0)
		return -1;
	*ret_chain = c.chain;
	*ret_n = c.n;
	*ret_ocsp = NULL;
	*ret_n_ocsp = 0;
	*ret_key = c.key;
	*ret_flags = GNUTLS_CERT_RETR_DEINIT_ALL;
	c = (struct copy){ 0 };
	return 0;
}

void *certificate_callback(void)
{
	gnutls_certificate_retrieve_function3 *function = on_handshake;

	return (void *)function;
}
