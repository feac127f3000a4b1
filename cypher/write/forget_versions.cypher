// purpose: removes those of these releases that nothing speaks of: no document, no stack, no image
// params: keys: list of package version keys, sorted
// columns:
// index: package_version_key
// rows: none
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})
WHERE NOT EXISTS { MATCH (v)<-[r]-() WHERE type(r) <> 'HAS_VERSION' }
SET v.key = key
WITH v
WHERE NOT EXISTS { MATCH (v)<-[r]-() WHERE type(r) <> 'HAS_VERSION' }
DETACH DELETE v
