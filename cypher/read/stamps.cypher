// purpose: which statement each group of a release's facts comes from
// params: keys: list of package version keys
// columns: key, requirementsStamp, metadataStamp, yankedStamp, publishedAt
// index: package_version_key
// rows: at most one per key
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})
RETURN v.key AS key, v.requirementsStamp AS requirementsStamp, v.metadataStamp AS metadataStamp,
       v.yankedStamp AS yankedStamp, v.publishedAt AS publishedAt
