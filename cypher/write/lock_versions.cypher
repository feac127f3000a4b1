// purpose: which of these releases are there and which statement each group of their facts comes from, each locked
// params: keys: sorted list of package version keys
// columns: key, requirementsStamp, metadataStamp, yankedStamp, publishedAt
// index: package_version_key
// rows: at most one per key
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})
SET v.key = key
RETURN v.key AS key, v.requirementsStamp AS requirementsStamp, v.metadataStamp AS metadataStamp,
       v.yankedStamp AS yankedStamp, v.publishedAt AS publishedAt
