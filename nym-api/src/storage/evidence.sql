-- When a deposit was presented under a blacklisted key: evidence is kept for a time that is counted from then.
ALTER TABLE forfeit_evidence ADD COLUMN presented_at INTEGER NOT NULL DEFAULT 0;
UPDATE forfeit_evidence SET presented_at = CAST(strftime('%s', 'now') AS INTEGER);
