-- When the janitor was last done: relays look for it every few seconds, in a log that may be large.
CREATE INDEX audit_log_of_janitors ON audit_log (at) WHERE action = 'janitor.run' AND outcome = 'done';
