/*
 * The server's secret. What the file holds is wiped as soon as a key has been made
 * of it, and each subkey as soon as it has been used.
 */
#include "core/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hash.h"

#include "core/banned.h"

#define CURE "`(umask 077 && head -c 48 /dev/urandom | base64 >FILE)` makes one"

struct secret {
	unsigned char key[HASH_BYTES];
};

static int check_file(const char *path, const struct stat *s, struct error *err)
{
	if (!S_ISREG(s->st_mode))
		return error_set(err, ERR_INVALID, "INSPECTD_SECRET_FILE names %s, which is not a file", path);
	if (s->st_mode & (S_IRWXO | S_IWGRP))
		return error_set(err, ERR_INVALID,
				 "INSPECTD_SECRET_FILE names %s, which others may read or write: `chmod 600 %s`", path,
				 path);
	return 0;
}

/* How many bytes there are, of which no more than size are read. */
static ssize_t read_bytes(int fd, unsigned char *bytes, size_t size)
{
	size_t len = 0;
	ssize_t n = 1;

	while (n != 0 && len < size) {
		n = read(fd, bytes + len, size - len);
		if (n < 0 && errno != EINTR)
			return -1;
		len += n > 0 ? (size_t)n : 0;
	}
	return (ssize_t)len;
}

static size_t without_line_break(const unsigned char *bytes, size_t len)
{
	while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
		len--;
	return len;
}

/* The key made of the file's bytes; *ret_len is how many there were. */
static int read_key(int fd, unsigned char key[HASH_BYTES], size_t *ret_len)
{
	unsigned char bytes[SECRET_BYTES_MAX + 1];
	ssize_t len = read_bytes(fd, bytes, sizeof bytes);

	if (len >= 0) {
		*ret_len = without_line_break(bytes, (size_t)len);
		hash_hmac("inspectd", strlen("inspectd"), bytes, *ret_len, key);
	}
	explicit_bzero(bytes, sizeof bytes);
	return len < 0 ? -1 : 0;
}

static void close_file(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

int secret_read(const char *path, struct secret **ret_secret, struct error *err)
{
	_cleanup_(close_file) int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;
	_cleanup_(secret_freep) struct secret *secret = calloc(1, sizeof *secret);
	struct stat s;
	size_t len = 0;

	if (!path)
		return error_set(err, ERR_INVALID,
				 "INSPECTD_SECRET_FILE is not set: name a file of at least %d random bytes that only "
				 "this service may read; " CURE,
				 SECRET_BYTES_MIN);
	if (!secret)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (fd < 0 || fstat(fd, &s) < 0)
		return error_set(err, ERR_INVALID, "INSPECTD_SECRET_FILE names %s, which cannot be read: %s; " CURE,
				 path, strerrordesc_np(errno));
	if (check_file(path, &s, err) < 0)
		return -1;
	if (read_key(fd, secret->key, &len) < 0)
		return error_set(err, ERR_INVALID, "INSPECTD_SECRET_FILE names %s, which cannot be read: %s", path,
				 strerrordesc_np(errno));
	if (len < SECRET_BYTES_MIN || len > SECRET_BYTES_MAX)
		return error_set(
			err, ERR_INVALID,
			"INSPECTD_SECRET_FILE names %s, which holds %s than the %d bytes it may hold at %s; " CURE,
			path, len < SECRET_BYTES_MIN ? "fewer" : "more",
			len < SECRET_BYTES_MIN ? SECRET_BYTES_MIN : SECRET_BYTES_MAX,
			len < SECRET_BYTES_MIN ? "least" : "most");
	*ret_secret = TAKE(secret);
	return 0;
}

void secret_free(struct secret *secret)
{
	if (!secret)
		return;
	explicit_bzero(secret, sizeof *secret);
	free(secret);
}

void secret_mac(const struct secret *secret, const char *label, const void *bytes, size_t len, char out[65])
{
	unsigned char subkey[HASH_BYTES], mac[HASH_BYTES];

	hash_hmac(secret->key, sizeof secret->key, label, strlen(label), subkey);
	hash_hmac(subkey, sizeof subkey, bytes, len, mac);
	explicit_bzero(subkey, sizeof subkey);
	hash_hex(mac, sizeof mac, out);
}
