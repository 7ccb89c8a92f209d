CREATE TABLE IF NOT EXISTS apps (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    sdk TEXT NOT NULL,
    checksum TEXT NOT NULL,
    synced_ms INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS functions (
    id TEXT PRIMARY KEY,
    app_id TEXT NOT NULL,
    config BLOB NOT NULL,
    archived INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS events (
    internal_id TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS events_by_name ON events (name, internal_id);

CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY,
    fn_id TEXT NOT NULL,
    app_id TEXT NOT NULL,
    status TEXT NOT NULL,
    queued_ms INTEGER NOT NULL,
    started_ms INTEGER,
    ended_ms INTEGER,
    lane BLOB NOT NULL,
    priority_ms INTEGER NOT NULL,
    singleton_key TEXT,
    plan_steps INTEGER NOT NULL DEFAULT 0,
    rerun_of TEXT,
    cron TEXT,
    output BLOB
);
CREATE INDEX IF NOT EXISTS runs_by_function ON runs (fn_id, id);
CREATE INDEX IF NOT EXISTS runs_by_status ON runs (status, id);
CREATE INDEX IF NOT EXISTS runs_by_singleton ON runs (fn_id, singleton_key)
    WHERE singleton_key IS NOT NULL AND ended_ms IS NULL;

CREATE TABLE IF NOT EXISTS run_events (
    run_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    PRIMARY KEY (run_id, position)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS run_events_by_event ON run_events (event_id);

CREATE TABLE IF NOT EXISTS steps (
    position INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    op TEXT NOT NULL,
    status TEXT NOT NULL,
    race INTEGER NOT NULL,
    started_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    opts BLOB,
    memo BLOB,
    UNIQUE (run_id, id)
);

CREATE TABLE IF NOT EXISTS attempts (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL,
    step_id TEXT,
    attempt INTEGER NOT NULL,
    started_ms INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS attempts_by_run ON attempts (run_id, id);

CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    due_ms INTEGER NOT NULL,
    fn_id TEXT NOT NULL,
    run_id TEXT,
    step_id TEXT,
    subject TEXT,
    attempt INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS jobs_by_run ON jobs (run_id);
CREATE INDEX IF NOT EXISTS jobs_by_subject ON jobs (kind, subject) WHERE subject IS NOT NULL;

CREATE TABLE IF NOT EXISTS waits (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL,
    step_id TEXT,
    event_name TEXT NOT NULL,
    expression TEXT,
    match_path TEXT NOT NULL,
    match_value TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS waits_by_match ON waits (event_name, match_path, match_value);
CREATE INDEX IF NOT EXISTS waits_by_run ON waits (run_id);

CREATE TABLE IF NOT EXISTS invocations (
    event_id TEXT PRIMARY KEY,
    run_id TEXT NOT NULL,
    step_id TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS batches (
    id TEXT PRIMARY KEY,
    fn_id TEXT NOT NULL,
    key TEXT NOT NULL,
    UNIQUE (fn_id, key)
);
CREATE TABLE IF NOT EXISTS batch_events (
    batch_id TEXT NOT NULL,
    position INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS batch_events_by_batch ON batch_events (batch_id);

CREATE TABLE IF NOT EXISTS debounces (
    id TEXT PRIMARY KEY,
    fn_id TEXT NOT NULL,
    key TEXT NOT NULL,
    event_id TEXT NOT NULL,
    first_ms INTEGER NOT NULL,
    UNIQUE (fn_id, key)
);

CREATE TABLE IF NOT EXISTS idempotency (
    fn_id TEXT NOT NULL,
    key TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (fn_id, key)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS rates (
    key TEXT PRIMARY KEY,
    arrival_ms REAL NOT NULL
) WITHOUT ROWID;
