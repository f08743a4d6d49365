-- What each row names of others, one table for each list of ids in service/resource/.
-- What a plan answers stands in 0008 already, because the deadlines of 0011 ask for it.

SELECT inspectd.link_table('action', 'plan');
SELECT inspectd.link_table('action', 'board');

SELECT inspectd.link_table('update', 'document');
REVOKE UPDATE, DELETE ON inspectd.update_document FROM inspectd_api; -- as of updates, nothing of it is ever changed

SELECT inspectd.link_table('measure', 'plan');
SELECT inspectd.link_table('measure', 'action');
SELECT inspectd.link_table('measure', 'finding');

SELECT inspectd.link_table('agenda_item', 'inspection');
SELECT inspectd.link_table('agenda_item', 'plan');
SELECT inspectd.link_table('agenda_item', 'finding');
SELECT inspectd.link_table('agenda_item', 'action');
SELECT inspectd.link_table('agenda_item', 'measure');

SELECT inspectd.link_table('decision', 'inspection');
SELECT inspectd.link_table('decision', 'plan');
SELECT inspectd.link_table('decision', 'finding');
SELECT inspectd.link_table('decision', 'action');
SELECT inspectd.link_table('decision', 'measure');

SELECT inspectd.link_table('document', 'inspection');
SELECT inspectd.link_table('document', 'finding');
SELECT inspectd.link_table('document', 'plan');
SELECT inspectd.link_table('document', 'action');
SELECT inspectd.link_table('document', 'measure');
SELECT inspectd.link_table('document', 'board');
SELECT inspectd.link_table('document', 'meeting');
SELECT inspectd.link_table('document', 'agenda_item');
SELECT inspectd.link_table('document', 'decision');
SELECT inspectd.link_table('document', 'organisation');
SELECT inspectd.link_table('document', 'intervention');
SELECT inspectd.link_table('document', 'delivery_model');
