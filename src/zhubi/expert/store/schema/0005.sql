-- Of a letter: how large it was, when its ciphertext is gone; and a copy that its author asked to keep, sealed to this
-- device's own key. Both the ciphertext of what was delivered and the copy go with the next purge.
ALTER TABLE sealed_letters ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sealed_letters ADD COLUMN own_copy BLOB;
