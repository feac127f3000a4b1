// purpose: versioned symbols of shared libraries
// params: rows: list of {key, library, symbol}, sorted by key
// columns:
// index: symbol_key
// rows: none
UNWIND $rows AS row
MERGE (s:Symbol {key: row.key})
SET s.library = row.library, s.symbol = row.symbol
