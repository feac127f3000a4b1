// purpose: removes what advisories affect where a newer document states it; goes before their facts
// params: rows: list of {key, stamp}
// columns:
// index: advisory_key
// rows: none
UNWIND $rows AS row
MATCH (a:Advisory {key: row.key})-[r:AFFECTS]->(:Package)
WHERE a.stamp < row.stamp
DELETE r
