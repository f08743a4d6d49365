/* One GET at a time, by libcurl. */
#include "identity/fetch.h"

#include <curl/curl.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "core/banned.h"

/* --- where to ------------------------------------------------------------------------------ */

/* The host of a URL behind its scheme: no user, no blank, no character that a reader could take otherwise. */
static size_t host_length(const char *host)
{
	size_t len = strcspn(host, *host == '[' ? "]" : ":/?#");

	if (len == 0 || strcspn(host, "@\\ \t\r\n") < strlen(host))
		return 0;
	if (*host == '[')
		len += host[len] == ']';
	return host[len] == '\0' || strchr(":/?#", host[len]) ? len : 0;
}

static bool is_host(const char *host, size_t len, const char *name)
{
	return strlen(name) == len && strncasecmp(host, name, len) == 0;
}

/* 127.0.0.1 alone of its network: other spellings of it are read in several ways. */
static bool is_loopback(const char *host, size_t len)
{
	return is_host(host, len, "127.0.0.1") || is_host(host, len, "[::1]") || is_host(host, len, "localhost");
}

enum fetch_place fetch_place(const char *url)
{
	if (strncasecmp(url, "https://", 8) == 0 && host_length(url + 8) > 0)
		return FETCH_ANYWHERE;
	if (strncasecmp(url, "http://", 7) == 0 && is_loopback(url + 7, host_length(url + 7)))
		return FETCH_LOOPBACK;
	return FETCH_NOT;
}

/* --- the request ----------------------------------------------------------------------------- */

int fetch_start(struct error *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, ERR_INTERNAL, "libcurl did not start");
	return 0;
}

void fetch_stop(void)
{
	curl_global_cleanup();
}

/* Anything but the number of bytes given ends the transfer. */
static size_t on_bytes(char *bytes, size_t size, size_t n, void *out)
{
	struct buf *b = out;

	buf_add(b, bytes, size * n);
	return buf_ok(b) ? size * n : 0;
}

static int on_progress(void *stop, curl_off_t to_come, curl_off_t come, curl_off_t to_go, curl_off_t gone)
{
	(void)to_come;
	(void)come;
	(void)to_go;
	(void)gone;
	return atomic_load((const atomic_bool *)stop) ? 1 : 0;
}

static void prepare(CURL *curl, const char *url, const atomic_bool *stop, struct buf *out)
{
	bool local = fetch_place(url) == FETCH_LOOPBACK;

	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, local ? "http" : "https");
	(void)curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	(void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_NOPROXY, local ? "*" : NULL);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)FETCH_MS);
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "inspectd/" INSPECTD_VERSION);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, out);
	(void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	(void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, (void *)(uintptr_t)stop);
}

int fetch(const char *url, const atomic_bool *stop, struct buf *out, struct error *err)
{
	CURL *curl = curl_easy_init();
	char reason[CURL_ERROR_SIZE] = "";
	long status = 0;
	CURLcode failed;

	if (!curl)
		return error_set(err, ERR_INTERNAL, "out of memory");
	prepare(curl, url, stop, out);
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
	failed = curl_easy_perform(curl);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	if (!buf_ok(out))
		return error_set(err, ERR_UNAVAILABLE, "%s answers more than %zu bytes", url, out->ceiling);
	if (failed)
		return error_set(err, ERR_UNAVAILABLE, "%s: %s", url, reason[0] ? reason : curl_easy_strerror(failed));
	if (status != 200)
		return error_set(err, ERR_UNAVAILABLE, "%s answers %ld", url, status);
	return 0;
}
