-- PostgreSQL estimates look-ups in an empty table alike, whichever index they go through that begins with the workspace,
-- and keeps that plan until statistics arrive: the checks of foreign keys read all experiments of the workspace each time.
-- Now only the primary key begins with it (Docs/decisions/0004).

ALTER TABLE tracking.experiments
    DROP CONSTRAINT experiments_key,
    ADD CONSTRAINT experiments_key UNIQUE (key, workspace_id);

DROP INDEX tracking.experiments_by_start;
CREATE INDEX experiments_by_start
    ON tracking.experiments (project_id, workspace_id, archived, started_at, id);
