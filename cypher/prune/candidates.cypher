// purpose: one round of an advise: the revision of each package of the frontier; and of those that changed since the
// purpose:   revision that is known, every release with each clause that removes it, and of those that no clause
// purpose:   removes the requirement lines in reach and the files, each with whether it installs
// params: wanted: list of {package, known: revision or null for a package to be given in any case}, python: order key,
// params: sysPlatform, machine, asOf: timestamp or '', indexes: list (empty = every one),
// params: extras: those asked of any package of the frontier, '' for none; pythonAbi, platforms, anyPythonAbi: lists of tags
// columns: name, revision, key, version, orderKey, index, yanked, prerelease, requiresPython, publishedAt, unknown, fault, foreign, missing, late, python, requirements, files
// index: package_key
// rows: one per package that is there, without a key; then the releases of the packages
UNWIND $wanted AS want
MATCH (p:Package {key: want.package})
RETURN p.name AS name, p.revision AS revision, null AS key, null AS version, null AS orderKey, null AS index,
       null AS yanked, null AS prerelease, null AS requiresPython, null AS publishedAt,
       null AS unknown, null AS fault, null AS foreign, null AS missing, null AS late, null AS python,
       null AS requirements, null AS files
UNION ALL
UNWIND $wanted AS want
MATCH (p:Package {key: want.package})
WHERE want.known IS NULL OR coalesce(p.revision, '') <> want.known
WITH p, [(p)-[absence:MISSING_FROM]->(i:Index) WHERE absence.missing = true | [i.key, absence.stamp]] AS absences
MATCH (p)-[:HAS_VERSION]->(v:PackageVersion)
WITH p, v, NOT coalesce(v.requirementsKnown, false) AS unknown,
     size($indexes) > 0 AND NOT v.index IN $indexes AS foreign,
     coalesce(v.missing, false) = true
       OR any(absence IN absences WHERE absence[0] = v.index AND absence[1] > coalesce(v.missingStamp, '')) AS missing,
     $asOf <> '' AND coalesce(v.publishedAt, '~') > $asOf AS late,
     v.pythonFrom IS NOT NULL
       AND NOT any(i IN range(0, size(coalesce(v.pythonFrom, [])) - 1) WHERE v.pythonFrom[i] <= $python AND $python < v.pythonUntil[i]) AS python
RETURN p.name AS name, null AS revision, v.key AS key, v.version AS version, v.order AS orderKey, v.index AS index,
       coalesce(v.yanked, false) AS yanked, v.prerelease AS prerelease, v.requiresPython AS requiresPython,
       v.publishedAt AS publishedAt, unknown, v.requirementsFault AS fault, foreign, missing, late, python,
       CASE WHEN unknown OR foreign OR missing OR late OR python THEN [] ELSE
         [(v)-[r:REQUIRES]->(:Package)
           WHERE r.extra IN $extras
             AND (r.platforms IS NULL OR $sysPlatform IN r.platforms)
             AND (r.machines IS NULL OR $machine IN r.machines)
             AND (r.pythonFrom IS NULL
                  OR any(i IN range(0, size(coalesce(r.pythonFrom, [])) - 1) WHERE r.pythonFrom[i] <= $python AND $python < r.pythonUntil[i]))
           | r.text] END AS requirements,
       CASE WHEN unknown OR foreign OR missing OR late OR python THEN [] ELSE
         [(v)-[:HAS_ARTIFACT]->(a:Artifact) |
           [a.key, coalesce(a.filename, ''),
            CASE WHEN NOT (v.filesStamp IS NULL OR a.key IN coalesce(v.files, []) OR coalesce(a.stamp, '') > v.filesStamp) THEN 'gone'
                 WHEN a.kind IS NULL OR a.kind = 'sdist' THEN 'sdist'
                 WHEN a.kind = 'wheel'
                   AND ((any(t IN a.platformTags WHERE t IN $platforms) AND any(t IN a.pythonAbiTags WHERE t IN $pythonAbi))
                        OR ('any' IN a.platformTags AND any(t IN a.pythonAbiTags WHERE t IN $anyPythonAbi))) THEN 'wheel'
                 ELSE 'other' END]] END AS files
