-- What is known of a document beyond its own row: the embedded actions that nothing else is
-- evidence of. Volatile, with the actions held: of a document that stops being evidence and of
-- an action that is embedded on it, written at once, the second must see the first.
CREATE FUNCTION document_facts(draft jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
DECLARE
    document uuid   := (draft ->> 'id')::uuid;
    evident  uuid[] := ARRAY(SELECT l.action_id FROM document_action l WHERE l.document_id = document
                             UNION
                             SELECT u.action_id FROM update_document l
                               JOIN update u ON u.id = l.update_id WHERE l.document_id = document);
BEGIN
PERFORM FROM action a
  WHERE a.id = ANY (evident)
    AND (SELECT d.role = 'evidence' FROM document d WHERE d.id = document)
  ORDER BY a.id FOR NO KEY UPDATE;
RETURN (
SELECT jsonb_build_object(
    'sole_evidence_of', coalesce(jsonb_agg(jsonb_build_object(
        'id', a.id, 'title', a.title,
        'by_update', EXISTS (SELECT FROM updates u
                               JOIN update_document l ON l.update_id = u.id AND l.document_id = document
                              WHERE u.action_id = a.id AND u.corrected_by_id IS NULL)) ORDER BY a.id), '[]'))
  FROM actions a
 WHERE a.id = ANY (evident) AND a.status = 'embedded' AND a.evidence_ids::jsonb = jsonb_build_array(document)
); END
$$;
