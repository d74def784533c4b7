-- Masked values of this catalog have tags that are made with this key. It never leaves the file.
CREATE TABLE mask_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    key BLOB NOT NULL
) STRICT;

INSERT INTO mask_key (id, key) VALUES (1, randomblob(32));
