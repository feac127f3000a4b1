// purpose: one round of an advise: the releases of the frontier that survive, with the requirement lines in reach
// params: wanted: list of {package, from, until, pinned, prereleases: boolean}, python: order key,
// params: sysPlatform, machine, asOf: timestamp or '', indexes: list (empty = every one),
// params: extras: those asked of any package of the frontier, '' for none
// columns: name, key, version, orderKey, index, yanked, prerelease, requiresPython, publishedAt, requirements
// index: package_key
// rows: the releases of the frontier's packages
UNWIND $wanted AS want
MATCH (p:Package {key: want.package})
WITH want, p, [(p)-[absence:MISSING_FROM]->(i:Index) WHERE absence.missing = true | [i.key, absence.stamp]] AS absences
MATCH (p)-[:HAS_VERSION]->(v:PackageVersion)
WHERE v.requirementsKnown = true
  AND any(i IN range(0, size(want.from) - 1) WHERE want.from[i] <= v.order AND v.order < want.until[i])
  AND (size($indexes) = 0 OR v.index IN $indexes)
  AND coalesce(v.missing, false) = false
  AND none(absence IN absences WHERE absence[0] = v.index AND absence[1] > coalesce(v.missingStamp, ''))
  AND (coalesce(v.yanked, false) = false OR v.order IN want.pinned)
  AND ($asOf = '' OR coalesce(v.publishedAt, '~') <= $asOf)
  AND (v.pythonFrom IS NULL
       OR any(i IN range(0, size(coalesce(v.pythonFrom, [])) - 1) WHERE v.pythonFrom[i] <= $python AND $python < v.pythonUntil[i]))
  AND (v.prerelease = false OR want.prereleases = true)
RETURN p.name AS name, v.key AS key, v.version AS version, v.order AS orderKey, v.index AS index,
       coalesce(v.yanked, false) AS yanked, v.prerelease AS prerelease, v.requiresPython AS requiresPython,
       v.publishedAt AS publishedAt,
       [(v)-[r:REQUIRES]->(:Package)
         WHERE r.extra IN $extras
           AND (r.platforms IS NULL OR $sysPlatform IN r.platforms)
           AND (r.machines IS NULL OR $machine IN r.machines)
           AND (r.pythonFrom IS NULL
                OR any(i IN range(0, size(coalesce(r.pythonFrom, [])) - 1) WHERE r.pythonFrom[i] <= $python AND $python < r.pythonUntil[i]))
         | r.text] AS requirements
