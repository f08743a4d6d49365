/*
 * core/limits.h - every ceiling in one place. Settings may lower some of them;
 * `inspectd describe` prints them and a test holds each to its word.
 */
#ifndef CORE_LIMITS_H
#define CORE_LIMITS_H

#define LIMIT_PATH_BYTES       2048  /* longer paths: 414 */
#define LIMIT_URL_BYTES        16384 /* path and query together: 414 */
#define LIMIT_PATH_SEGMENTS    8
#define LIMIT_QUERY_PARAMS     64
#define LIMIT_FIELDS           96    /* of one resource */
#define LIMIT_FILTER_VALUES    200   /* values in one comma list, ids in id= */
#define LIMIT_HEADERS_BYTES    32768 /* libmicrohttpd answers 431 itself */
#define LIMIT_TOKEN_BYTES      16384 /* an access token; longer ones: 401 */
#define LIMIT_BEARER_BYTES     81920 /* what Authorization may take beside the other headers, to be told 401 and not 431 */
#define LIMIT_CLIENT_ID_BYTES  128     /* of a client that a token names */
#define LIMIT_BODY_BYTES       1048576 /* the most that INSPECTD_BODY_MAX may allow */
#define LIMIT_JSON_DEPTH       16
#define LIMIT_PAGE_ROWS        200
#define LIMIT_PAGE_DEFAULT     50
#define LIMIT_SORT_KEYS        4
#define LIMIT_CURSOR_BYTES     8192
#define LIMIT_EXPAND_ROWS      200   /* per parent; the answer says when there are more */
#define LIMIT_EXPANDED_ROWS    20000 /* of one kind in one answer; more: 400, ask for fewer     */
#define LIMIT_EXPANSIONS       8
#define LIMIT_EXPORT_S         600 /* making one whole list; how many at once: INSPECTD_EXPORTS */
#define LIMIT_COUNT_DIMENSIONS 3
#define LIMIT_LIST_ITEMS       500 /* members of a list in a body */
#define LIMIT_TEXT_CHARS       20000
#define LIMIT_ANSWER_BYTES     (64u << 20)
#define LIMIT_SQL_BYTES        65536
#define LIMIT_IDEMPOTENCY_KEY  255
#define LIMIT_REASON_CHARS     1000
#define LIMIT_WHY_LEAST        10 /* why identifiers are let through: allow_identifiers= */
#define LIMIT_WHY_CHARS        500
#define LIMIT_PERSON_CHARS     200 /* X-Acting-User, without blanks around it */
#define LIMIT_PERSON_BYTES     ((size_t)4 * LIMIT_PERSON_CHARS)
#define LIMIT_WORKING_DAYS     3660 /* counted by one request */
#define LIMIT_REQUEST_ID       128
#define LIMIT_STATEMENTS       200 /* prepared per connection; the least recently used goes */

#endif
