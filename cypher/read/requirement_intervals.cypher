// purpose: requirement lines of packages with text and intervals, to prove that they agree
// params: keys: list of package keys
// columns: version, name, text, from, until, pythonFrom, pythonUntil, platforms, machines
// index: package_key
// rows: the requirement lines of the named packages' releases
UNWIND $keys AS key
MATCH (p:Package {key: key})-[:HAS_VERSION]->(v:PackageVersion)-[r:REQUIRES]->(d:Package)
RETURN v.key AS version, d.name AS name, r.text AS text, r.from AS from, r.until AS until,
       r.pythonFrom AS pythonFrom, r.pythonUntil AS pythonUntil, r.platforms AS platforms, r.machines AS machines
