// purpose: what is known of releases besides their metadata; nothing of those of which nothing is
// params: keys: list of package version keys; asOf: timestamp or ''; accepted: ids and aliases of advisories;
// params: removing: boolean, whether advisories of at least the severity `least` (0 to 10) remove a release;
// params: python: as '3.11', machine: names of one architecture, own: names of the operating system (empty = any),
// params: foreign: names of others;
// params: licences: boolean, whether to return what every release says of its licence
// columns: key, affected, fails, advisories, trials, analyses, stacks, license, classifiers
// index: package_version_key
// rows: the named releases that anything is known of; every one where licences are asked for
UNWIND $keys AS key
MATCH (v:PackageVersion {key: key})
WITH v,
     [(v)<-[:HAS_VERSION]-(:Package)<-[r:AFFECTS]-(a:Advisory)
       WHERE any(i IN range(0, size(coalesce(r.from, [])) - 1) WHERE r.from[i] <= v.order AND v.order < r.until[i])
         AND ($asOf = '' OR coalesce(a.published, a.modified) <= $asOf)
         AND (a.withdrawn IS NULL OR ($asOf <> '' AND a.withdrawn > $asOf))
         AND NOT a.key IN $accepted AND none(alias IN coalesce(a.aliases, []) WHERE alias IN $accepted)
       | [a.key, coalesce(a.score, -1.0), coalesce(a.databaseSeverity, ''), coalesce(r.fixedIn, [])]] AS advisories,
     [(v)<-[:OBSERVED]-(o:Observation)-[:`IN`]->(e:Environment)
       WHERE o.kind IN ['solve', 'build', 'test'] AND o.outcome IS NOT NULL AND ($asOf = '' OR o.observedAt <= $asOf)
       | [o.key, o.kind, o.outcome, e.os, e.python, e.machine, coalesce(o.errorClass, '')]] AS trials,
     [(v)<-[:OBSERVED]-(o:Observation)
       WHERE o.kind = 'security' AND o.metrics IS NOT NULL AND ($asOf = '' OR o.observedAt <= $asOf)
       | [o.key, coalesce(o.component, ''), o.metrics, coalesce(o.`values`, [])]] AS analyses,
     [(v)<-[:PINS]-(s:Stack)<-[:OBSERVED]-(o:Observation) WHERE o.kind IN ['build', 'test', 'performance'] | s.key] AS stacks
WHERE $licences OR size(advisories) > 0 OR size(trials) > 0 OR size(analyses) > 0 OR size(stacks) > 0
RETURN v.key AS key,
       $removing AND any(one IN advisories WHERE one[1] >= $least OR (one[1] < 0.0 AND $least <= 5.0)) AS affected,
       any(t IN trials WHERE t[2] = 'fail' AND t[6] <> 'timeout' AND t[1] IN ['solve', 'build']
             AND t[4] = $python AND t[5] IN $machine AND NOT t[3] IN $foreign AND (size($own) = 0 OR t[3] IN $own))
         AND none(t IN trials WHERE t[2] = 'pass' AND t[4] = $python AND t[5] IN $machine AND NOT t[3] IN $foreign AND (size($own) = 0 OR t[3] IN $own)) AS fails,
       advisories, trials, analyses, stacks, v.license AS license, v.classifiers AS classifiers
