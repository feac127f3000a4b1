// purpose: how many Python packages have this prefix
// params: prefix: string
// columns: total
// index: package_name
// rows: 1
MATCH (p:Package)
WHERE p.name STARTS WITH $prefix AND p.ecosystem = 'pypi'
RETURN count(p) AS total
