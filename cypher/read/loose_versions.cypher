// purpose: those of these releases that nothing speaks of: no document, no stack, no image
// params: keys: list of package version keys
// columns: key
// index: package_version_key
// rows: at most one per key
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})
WHERE NOT EXISTS { MATCH (v)<-[r]-() WHERE type(r) <> 'HAS_VERSION' }
RETURN v.key AS key
