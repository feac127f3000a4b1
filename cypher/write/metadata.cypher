// purpose: descriptive metadata of releases, from their newest statement
// params: rows: list of {key, metadataStamp, summary, license, classifiers, metadataVersion}
// columns:
// index: package_version_key
// rows: none
UNWIND $rows AS row
MATCH (v:PackageVersion {key: row.key})
SET v.metadataStamp = row.metadataStamp, v.summary = row.summary, v.license = row.license,
    v.classifiers = row.classifiers, v.metadataVersion = row.metadataVersion
