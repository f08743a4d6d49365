/* Either would do where a dump is a file; only the second holds where it goes to a program. */
#include "core/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "core/banned.h"

void process_forbid_dumps(void)
{
	static const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
}
