// purpose: a page of Python packages by name
// params: prefix: string, after: name or '', limit: integer
// columns: key, name, ecosystem
// index: package_name
// rows: limit
MATCH (p:Package)
WHERE p.name STARTS WITH $prefix AND p.name > $after AND p.ecosystem = 'pypi'
RETURN p.key AS key, p.name AS name, p.ecosystem AS ecosystem
ORDER BY p.name
LIMIT $limit
