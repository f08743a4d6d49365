SELECT count(*) FROM seen.actions t WHERE true AND (due_on < inspectd.today() AND inspectd.last_day(due_on, due_precision) < inspectd.today() AND inspectd.action_is_open(status))
