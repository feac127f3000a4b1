//! The pre-pass: takes away candidates that no stack can hold, to a fixpoint.
//!
//! A candidate goes when a requirement of it is met by no live candidate, when a package that every stack
//! holds is restricted further by what every stack requires, when no live requirement reaches it, or when a
//! term forbids it with what every stack holds. Nothing that is part of a stack ever goes, so counts and
//! optima are unchanged.

use crate::bits;
use crate::hash::FastMap;
use crate::problem::{Need, NeedKey, PackageId, Problem};

/// The candidates that may still be part of a stack.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    /// For each package; without the gate bit.
    pub(crate) sets: Vec<Vec<u64>>,
    /// The packages every stack holds.
    pub(crate) certain: Vec<bool>,
    /// The extras that may be asked of each package.
    pub(crate) asked: Vec<Vec<u64>>,
}

/// Candidates of one package with the same requirements.
struct Group {
    members: Vec<u64>,
    /// A candidate to take the requirements from.
    example: usize,
}

impl Live {
    /// Every candidate of the problem.
    pub(crate) fn all(problem: &Problem) -> Self {
        let sets = problem.packages.iter();
        let extras = problem.packages.iter();
        Self {
            sets: sets
                .map(|package| bits::full(package.candidates.len(), package.width()))
                .collect(),
            certain: vec![false; problem.size()],
            asked: extras
                .map(|package| bits::full(package.extras.len(), package.extras.len()))
                .collect(),
        }
    }

    /// What is left after the pre-pass; `None` when no stack exists.
    pub(crate) fn pruned(problem: &Problem) -> Option<Self> {
        Self::pruned_within(problem, Self::all(problem))
    }

    /// What is left of some candidates after the pre-pass; `None` when no stack of them exists.
    pub(crate) fn pruned_within(problem: &Problem, mut live: Self) -> Option<Self> {
        let groups: Vec<Vec<Group>> = (0..problem.size()).map(|at| group(problem, at)).collect();
        loop {
            let mut changed = live.restrict_certain(problem, &groups)?;
            changed |= live.drop_unsupported(problem, &groups);
            changed |= live.keep_reached(problem, &groups);
            changed |= live.drop_forbidden(problem)?;
            if !changed {
                return Some(live);
            }
        }
    }

    /// Whether the candidate is live.
    pub(crate) fn has(&self, package: PackageId, candidate: usize) -> bool {
        bits::has(&self.sets[package as usize], candidate)
    }

    /// Restricts the packages that every stack holds; `None` when one of them has no candidate left.
    fn restrict_certain(&mut self, problem: &Problem, groups: &[Vec<Group>]) -> Option<bool> {
        let mut changed = false;
        let mut todo: Vec<PackageId> = Vec::new();
        let mut queued = vec![false; problem.size()];
        for root in &problem.roots {
            changed |= bits::keep(
                &mut self.sets[root.target as usize],
                problem.mask(root.target, root.mask),
            );
            enqueue(root.target, &mut queued, &mut todo);
        }
        while let Some(package) = todo.pop() {
            self.certain[package as usize] = true;
            if bits::none(&self.sets[package as usize]) {
                return None;
            }
            for (target, union) in self.common_needs(problem, package, &groups[package as usize]) {
                changed |= bits::keep(&mut self.sets[target as usize], &union);
                enqueue(target, &mut queued, &mut todo);
            }
        }
        Some(changed)
    }

    /// The packages that every live candidate of `package` requires, each with the union of what they admit.
    fn common_needs(
        &self,
        problem: &Problem,
        package: PackageId,
        groups: &[Group],
    ) -> Vec<(PackageId, Vec<u64>)> {
        let mut common: Option<FastMap<PackageId, Vec<u64>>> = None;
        for group in groups
            .iter()
            .filter(|group| bits::meets(&group.members, &self.sets[package as usize]))
        {
            let mut own: FastMap<PackageId, Vec<u64>> = FastMap::default();
            for need in always(problem, package, group) {
                let mask = problem.mask(need.target, need.mask);
                own.entry(need.target)
                    .and_modify(|known| _ = bits::keep(known, mask))
                    .or_insert_with(|| mask.to_vec());
            }
            common = Some(match common {
                None => own,
                Some(mut before) => {
                    before.retain(|target, union| {
                        own.get(target).is_some_and(|mask| {
                            bits::join(union, mask);
                            true
                        })
                    });
                    before
                }
            });
        }
        let mut common: Vec<_> = common.unwrap_or_default().into_iter().collect();
        common.sort_unstable();
        common
    }

    /// Drops candidates with a requirement no live candidate meets.
    fn drop_unsupported(&mut self, problem: &Problem, groups: &[Vec<Group>]) -> bool {
        let mut changed = false;
        for (package, groups) in groups.iter().enumerate() {
            for group in groups {
                if !bits::meets(&group.members, &self.sets[package]) {
                    continue;
                }
                for need in always(problem, package as PackageId, group) {
                    let mask = problem.mask(need.target, need.mask);
                    if need.target as usize == package {
                        let mut others = group.members.clone();
                        bits::remove(&mut others, mask);
                        changed |= bits::remove(&mut self.sets[package], &others);
                    } else if !bits::meets(mask, &self.sets[need.target as usize]) {
                        changed |= bits::remove(&mut self.sets[package], &group.members);
                        break;
                    }
                }
            }
        }
        changed
    }

    /// Drops candidates that a term forbids together with what every stack holds; `None` when what every
    /// stack holds is forbidden by itself.
    fn drop_forbidden(&mut self, problem: &Problem) -> Option<bool> {
        let mut changed = false;
        for factor in problem.factors.iter().filter(|factor| factor.weight.is_none()) {
            let holds = |package: PackageId, set: &[u64]| {
                let at = package as usize;
                self.certain[at] && bits::within(&self.sets[at], set)
            };
            let mut open = factor
                .members
                .iter()
                .filter(|(package, set)| !holds(*package, set));
            match (open.next(), open.next()) {
                (None, _) => return None,
                (Some((package, set)), None) => {
                    changed |= bits::remove(&mut self.sets[*package as usize], set);
                }
                _ => {}
            }
        }
        Some(changed)
    }

    /// Keeps what the roots reach through live candidates.
    fn keep_reached(&mut self, problem: &Problem, groups: &[Vec<Group>]) -> bool {
        let mut seen: Vec<Vec<u64>> = self.sets.iter().map(|set| vec![0; set.len()]).collect();
        let mut asked: Vec<Vec<u64>> = self.asked.iter().map(|set| vec![0; set.len()]).collect();
        let mut todo: Vec<PackageId> = Vec::new();
        let reach =
            |need: &Need, seen: &mut Vec<Vec<u64>>, asked: &mut Vec<Vec<u64>>, todo: &mut Vec<PackageId>| {
                let target = need.target as usize;
                let mut mask = problem.mask(need.target, need.mask).to_vec();
                bits::keep(&mut mask, &self.sets[target]);
                let more = bits::join(&mut seen[target], &mask);
                let extras = problem.extra_sets[target].get(need.extras);
                if bits::join(&mut asked[target], extras) || more {
                    todo.push(need.target);
                }
            };
        for root in &problem.roots {
            reach(root, &mut seen, &mut asked, &mut todo);
        }
        while let Some(package) = todo.pop() {
            let at = package as usize;
            let sets = &problem.extra_sets[at];
            for group in &groups[at] {
                if !bits::meets(&group.members, &seen[at]) {
                    continue;
                }
                for need in &problem.package(package).candidates[group.example].needs {
                    if need.always || bits::meets(sets.get(need.under), &asked[at]) {
                        reach(need, &mut seen, &mut asked, &mut todo);
                    }
                }
            }
        }
        let mut changed = false;
        for (at, seen) in seen.iter().enumerate() {
            changed |= bits::keep(&mut self.sets[at], seen);
            changed |= bits::keep(&mut self.asked[at], &asked[at]);
        }
        changed
    }
}

fn enqueue(package: PackageId, queued: &mut [bool], todo: &mut Vec<PackageId>) {
    if !std::mem::replace(&mut queued[package as usize], true) {
        todo.push(package);
    }
}

fn always<'a>(
    problem: &'a Problem,
    package: PackageId,
    group: &Group,
) -> impl Iterator<Item = &'a Need> + use<'a> {
    problem.package(package).candidates[group.example]
        .needs
        .iter()
        .filter(|need| need.always)
}

fn group(problem: &Problem, package: usize) -> Vec<Group> {
    let candidates = &problem.packages[package].candidates;
    let width = problem.packages[package].width();
    let mut numbers: FastMap<Vec<NeedKey>, usize> = FastMap::default();
    let mut groups: Vec<Group> = Vec::new();
    for (at, candidate) in candidates.iter().enumerate() {
        let key = candidate.needs.iter().map(Need::key).collect();
        let number = *numbers.entry(key).or_insert_with(|| {
            groups.push(Group {
                members: vec![0; bits::words_for(width)],
                example: at,
            });
            groups.len() - 1
        });
        bits::set(&mut groups[number].members, at);
    }
    groups
}
