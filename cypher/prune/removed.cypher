// purpose: every release of the reached packages, with every clause of prune/candidates that removes it
// params: wanted: list of {package, from, until, pinned}, everything that was wanted of each package;
// params: python, asOf, indexes as for prune/candidates
// columns: name, key, version, orderKey, index, yanked, prerelease, requiresPython, publishedAt, outside, unknown, fault, foreign, missing, withdrawn, late, python
// index: package_key
// rows: the releases of the reached packages
UNWIND $wanted AS want
MATCH (p:Package {key: want.package})
WITH want, p, [(p)-[absence:MISSING_FROM]->(i:Index) WHERE absence.missing = true | [i.key, absence.stamp]] AS absences
MATCH (p)-[:HAS_VERSION]->(v:PackageVersion)
RETURN p.name AS name, v.key AS key, v.version AS version, v.order AS orderKey, v.index AS index,
       coalesce(v.yanked, false) AS yanked, v.prerelease AS prerelease, v.requiresPython AS requiresPython,
       v.publishedAt AS publishedAt,
       NOT any(i IN range(0, size(want.from) - 1) WHERE want.from[i] <= v.order AND v.order < want.until[i]) AS outside,
       NOT coalesce(v.requirementsKnown, false) AS unknown,
       v.requirementsFault AS fault,
       size($indexes) > 0 AND NOT v.index IN $indexes AS foreign,
       coalesce(v.missing, false) = true
         OR any(absence IN absences WHERE absence[0] = v.index AND absence[1] > coalesce(v.missingStamp, '')) AS missing,
       coalesce(v.yanked, false) = true AND NOT v.order IN want.pinned AS withdrawn,
       $asOf <> '' AND coalesce(v.publishedAt, '~') > $asOf AS late,
       v.pythonFrom IS NOT NULL AND
         NOT any(i IN range(0, size(coalesce(v.pythonFrom, [])) - 1) WHERE v.pythonFrom[i] <= $python AND $python < v.pythonUntil[i]) AS python
