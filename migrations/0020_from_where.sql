-- From where everybody acts: callers of the API have an address, whoever else writes into the audit log does so on a machine.

-- Each program names its machine once, as it connects, and every line that it has the tables write bears the name. Lines that
-- are there already, and those of the release before, have none: so the default comes after the column.
ALTER TABLE audit_log ADD COLUMN host text;
ALTER TABLE audit_log ALTER COLUMN host SET DEFAULT left(nullif(current_setting('gildhall.host', true), ''), 255);
COMMENT ON COLUMN audit_log.host IS 'The machine on which the process ran that wrote the line, by its own word.';
COMMENT ON COLUMN audit_log.address IS 'Of callers of the API, as the API saw it. Of operators and the janitor what SSH told their '
    'shell, which is a claim: whoever has the shell can say anything.';

-- As before, and beside that it gives the machine. A worker's name has it: worker-host-pid-word/slot. What a relay did bears
-- no name, or that of the worker which it took the job back from.
CREATE OR REPLACE VIEW job_acts WITH (security_invoker = true) AS
SELECT h.id, h.at, h.tenant_id,
    CASE WHEN h.from_status IS NULL THEN 'api_key' WHEN h.to_status = 'queued' THEN 'relay' ELSE 'worker' END AS actor_kind,
    coalesce(CASE WHEN h.from_status IS NULL
        THEN (SELECT j.submitted_by FROM video_processing_jobs j WHERE j.id = h.job_id) ELSE h.worker END, '') AS actor,
    CASE WHEN h.from_status IS NULL
        THEN (SELECT j.submitted_from FROM video_processing_jobs j WHERE j.id = h.job_id) END AS address,
    CASE WHEN h.from_status IS NULL THEN 'job.submit' ELSE 'job.' || h.to_status END AS action,
    h.job_id, coalesce(h.detail ->> 'code', h.to_status) AS outcome, h.detail,
    CASE WHEN h.to_status <> 'queued'
        THEN substring(h.worker FROM '^worker-(.+)-[0-9]+-[0-9a-f]{8}(?:/[0-9]+)?$') END AS host
FROM job_history h
WHERE h.from_status IS NULL
    OR (h.from_status NOT IN ('failed', 'cancelled') AND (h.to_status <> 'cancelled' OR h.from_status = 'processing'));

CREATE OR REPLACE VIEW audit_trail WITH (security_invoker = true) AS
SELECT 'log' AS source, a.id, a.at, a.tenant_id, a.actor_kind, a.actor, a.address, a.action, a.subject, a.outcome, a.detail,
    a.host
FROM audit_log a
UNION ALL
SELECT 'job', s.id, s.at, s.tenant_id, s.actor_kind, s.actor, s.address, s.action, s.job_id::text, s.outcome, s.detail, s.host
FROM job_acts s;
