// purpose: records an applied migration
// params: key: string, name: string, checksum: string
// columns:
// index: migration_key
// rows: none
MERGE (m:Migration {key: $key})
SET m.name = $name, m.checksum = $checksum
