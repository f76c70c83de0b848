-- What a caller prefers: one JSON object, of which every key may be missing.
ALTER TABLE users ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
