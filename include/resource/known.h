/*
 * resource/known.h - the values that are data: what a filter may sensibly ask for.
 *
 * "Nobody is inadequate" must not be the answer to a slip of the pen. A list that
 * turns out empty is therefore held against these, and a value that nothing has
 * is 400; a list with rows costs nothing more.
 */
#ifndef RESOURCE_KNOWN_H
#define RESOURCE_KNOWN_H

#define KNOWN_GRADES "SELECT grade FROM inspectd.framework_grade"
#define KNOWN_JUDGEMENTS                                                                                               \
	"SELECT s.strand || ':' || g.grade FROM inspectd.framework_strand s "                                          \
	"JOIN inspectd.framework_grade g ON g.framework_id = s.framework_id"
#define KNOWN_JOURNALED "SELECT resource FROM inspectd.journaled_table"
#define KNOWN_REGIONS   "SELECT region FROM inspectd.authorities WHERE region IS NOT NULL"
#define KNOWN_STRANDS   "SELECT strand FROM inspectd.framework_strand"
#define KNOWN_THEMES    "SELECT id FROM inspectd.theme"

#endif
