-- For the pages. What changed an entity: the last writes that changed something, without values that are long.
CREATE TABLE history (
    id INTEGER PRIMARY KEY,
    entity INTEGER NOT NULL REFERENCES entities (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,                     -- milliseconds since 1970
    by TEXT NOT NULL,
    datasource INTEGER NOT NULL REFERENCES datasources (id),
    changes TEXT NOT NULL                    -- a JSON list
) STRICT;
CREATE INDEX history_by_entity ON history (entity, id);

-- Grows with every transaction that changes something: a sorted list of an older revision is stale.
CREATE TABLE content (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO content VALUES (1, 0);

-- The words of every entity, to find it by the beginning of some of them. Only the index is stored.
CREATE VIRTUAL TABLE words USING fts5 (
    name, value,
    content = '', contentless_delete = 1, prefix = '1 2',
    tokenize = 'unicode61 remove_diacritics 0'
);
CREATE VIEW texts (id, name, value) AS
    SELECT id, identifier || ' ' || coalesce(title, ''),
        team || ' ' || coalesce((
            SELECT group_concat(substr(atom, 1, 20000), ' ') FROM json_tree(properties)
            WHERE type IN ('text', 'integer', 'real')
        ), '')
    FROM entities;
INSERT INTO words (rowid, name, value) SELECT id, name, value FROM texts;

CREATE TRIGGER words_come AFTER INSERT ON entities BEGIN
    INSERT INTO words (rowid, name, value) SELECT id, name, value FROM texts WHERE id = NEW.id;
END;
CREATE TRIGGER words_change AFTER UPDATE OF identifier, title, team, properties ON entities
WHEN OLD.identifier IS NOT NEW.identifier OR OLD.title IS NOT NEW.title OR OLD.team IS NOT NEW.team
    OR OLD.properties IS NOT NEW.properties
BEGIN
    DELETE FROM words WHERE rowid = OLD.id;
    INSERT INTO words (rowid, name, value) SELECT id, name, value FROM texts WHERE id = NEW.id;
END;
CREATE TRIGGER words_go AFTER DELETE ON entities BEGIN
    DELETE FROM words WHERE rowid = OLD.id;
END;
