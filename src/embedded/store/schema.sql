-- Format 1. JSON is kept as text; what is searched by has a column or a table of its own.
CREATE TABLE blueprints (
    id INTEGER PRIMARY KEY AUTOINCREMENT,    -- never used again: one made anew under an old name is another
    identifier TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,                      -- as the API gives it, without the record below
    system INTEGER NOT NULL DEFAULT 0,       -- the platform's own: extended, never reshaped or deleted
    version INTEGER NOT NULL DEFAULT 1,      -- grows with every change: what was compiled from an older body is stale
    entity_count INTEGER NOT NULL DEFAULT 0, -- kept by the triggers: counting would cost what is stored
    created_at INTEGER NOT NULL,             -- milliseconds since 1970
    created_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL
) STRICT;

CREATE TABLE datasources (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE                -- a User-Agent; few, and searched by parts
) STRICT;

CREATE TABLE entities (
    id INTEGER PRIMARY KEY,
    blueprint INTEGER NOT NULL REFERENCES blueprints (id),
    identifier TEXT NOT NULL,
    title TEXT,
    icon TEXT,
    team TEXT NOT NULL,                      -- a JSON list
    properties TEXT NOT NULL,                -- a JSON object, stored values only
    relations TEXT NOT NULL,                 -- a JSON object: what `links` says, ready to be answered
    protected INTEGER NOT NULL DEFAULT 0,
    datasource INTEGER NOT NULL REFERENCES datasources (id),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    UNIQUE (blueprint, identifier)
) STRICT;
CREATE INDEX entities_by_datasource ON entities (datasource, blueprint, identifier);

-- Who points to whom. An entity that others point to cannot go without them being seen to.
CREATE TABLE links (
    source INTEGER NOT NULL REFERENCES entities (id) ON DELETE CASCADE,
    relation TEXT NOT NULL,
    position INTEGER NOT NULL,
    target INTEGER NOT NULL REFERENCES entities (id),
    PRIMARY KEY (source, relation, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_target ON links (target, relation, source);

CREATE TABLE integrations (
    identifier TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE migrations (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE organization (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    body TEXT NOT NULL
) STRICT;

-- The snapshot that the blueprints were last made to follow. What is changed here after it stays until it changes.
CREATE TABLE followed (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    digest INTEGER NOT NULL
) STRICT;

CREATE TRIGGER entity_comes AFTER INSERT ON entities BEGIN
    UPDATE blueprints SET entity_count = entity_count + 1 WHERE id = NEW.blueprint;
END;
CREATE TRIGGER entity_goes AFTER DELETE ON entities BEGIN
    UPDATE blueprints SET entity_count = entity_count - 1 WHERE id = OLD.blueprint;
END;
