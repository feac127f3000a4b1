// purpose: Python packages by key
// params: keys: list of package keys
// columns: key, name, ecosystem
// index: package_key
// rows: at most one per key
UNWIND $keys AS key
MATCH (p:Package {key: key})
WHERE p.ecosystem = 'pypi'
RETURN p.key AS key, p.name AS name, p.ecosystem AS ecosystem
