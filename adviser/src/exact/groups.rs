//! Candidates that continue a state in the same way, taken together.

use std::rc::Rc;

use super::layer::{Choice, UNDECIDED};
use super::open::{Lists, NONE};
use crate::bits;
use crate::hash::FastMap;
use crate::order::Order;
use crate::problem::{Need, NeedKey, PackageId};
use crate::space::{FREE, IMPOSSIBLE, Space};

/// Candidates with the same signature that the same terms speak of (and, inside a cycle, of the same class).
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) signature: u32,
    /// The candidate that stands for the class inside a cycle.
    pub(crate) class: u32,
    /// The terms they are members of, as the number of a list.
    pub(crate) joins: u32,
    pub(crate) members: u32,
    best: Vec<(i128, u32)>,
}

impl Group {
    /// The group as a continuation, in which terms that now hold add so much.
    pub(crate) fn choice(&self, package: PackageId, added: i128) -> Choice<'_> {
        Choice {
            package,
            members: self.members,
            best: &self.best,
            added,
        }
    }
}

/// Remembers the groups of what may be required of each package.
pub(crate) struct Groups {
    keep: usize,
    known: FastMap<(PackageId, u32, u32), Rc<[Group]>>,
    classes: FastMap<PackageId, Rc<[u32]>>,
}

impl Groups {
    /// Nothing is known yet; `keep` candidates of each group are remembered by weight.
    pub(crate) fn new(keep: usize) -> Self {
        Self {
            keep,
            known: FastMap::default(),
            classes: FastMap::default(),
        }
    }

    /// The groups a package on no cycle may be chosen from, newest first.
    pub(crate) fn single(
        &mut self,
        space: &mut Space<'_>,
        lists: &mut Lists,
        package: PackageId,
        mask: u32,
        extras: u32,
    ) -> Rc<[Group]> {
        if let Some(known) = self.known.get(&(package, mask, extras)) {
            return Rc::clone(known);
        }
        let signatures = space.signatures(package, extras);
        let candidates: Vec<usize> = bits::ones(space.mask(package, mask))
            .filter(|candidate| {
                signatures
                    .get(*candidate)
                    .is_some_and(|number| *number != IMPOSSIBLE)
            })
            .collect();
        let mut members = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let own = space.signature(signatures[candidate]).own;
            let all = if own == FREE {
                Some(mask)
            } else {
                space.and(package, mask, own)
            };
            let Some(all) = all else { continue };
            if space
                .problem
                .package(package)
                .may_choose(space.mask(package, all), candidate)
            {
                members.push((candidate, signatures[candidate], UNDECIDED));
            }
        }
        let groups = self.collect(space, lists, package, &members);
        self.known.insert((package, mask, extras), Rc::clone(&groups));
        groups
    }

    /// The groups a package on a cycle may be chosen from, newest first. The fallback policy is not asked
    /// yet: what is required of the package may grow.
    pub(crate) fn in_cycle(
        &mut self,
        space: &mut Space<'_>,
        lists: &mut Lists,
        order: &Order,
        package: PackageId,
        mask: u32,
        extras: u32,
    ) -> Rc<[Group]> {
        if let Some(known) = self.known.get(&(package, mask, extras)) {
            return Rc::clone(known);
        }
        let classes = Rc::clone(
            self.classes
                .entry(package)
                .or_insert_with(|| classes(space, order, package)),
        );
        let signatures = space.signatures(package, extras);
        let members: Vec<(usize, u32, u32)> = bits::ones(space.mask(package, mask))
            .filter(|candidate| {
                signatures
                    .get(*candidate)
                    .is_some_and(|number| *number != IMPOSSIBLE)
            })
            .map(|candidate| (candidate, signatures[candidate], classes[candidate]))
            .collect();
        let groups = self.collect(space, lists, package, &members);
        self.known.insert((package, mask, extras), Rc::clone(&groups));
        groups
    }

    fn collect(
        &self,
        space: &Space<'_>,
        lists: &mut Lists,
        package: PackageId,
        members: &[(usize, u32, u32)],
    ) -> Rc<[Group]> {
        let mut places: FastMap<(u32, u32, u32), usize> = FastMap::default();
        let mut groups: Vec<Group> = Vec::new();
        for (candidate, signature, class) in members {
            let joins = joins(space, lists, package, *candidate);
            let place = *places.entry((*signature, *class, joins)).or_insert_with(|| {
                groups.push(Group {
                    signature: *signature,
                    class: *class,
                    joins,
                    members: 0,
                    best: Vec::new(),
                });
                groups.len() - 1
            });
            let weight = space.terms.weight(space.problem, package, *candidate);
            groups[place].members += 1;
            groups[place].best.push((weight, *candidate as u32));
        }
        for group in &mut groups {
            group
                .best
                .sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
            group.best.truncate(self.keep);
        }
        groups.into()
    }
}

/// The terms the candidate is a member of.
fn joins(space: &Space<'_>, lists: &mut Lists, package: PackageId, candidate: usize) -> u32 {
    let of = space.terms.of(package);
    if of.is_empty() {
        return NONE;
    }
    let is_meant = |(term, place): &&(u32, u32)| {
        let (_, set) = &space.terms.joint[*term as usize].members[*place as usize];
        bits::has(set, candidate)
    };
    let joins: Vec<u32> = of.iter().filter(is_meant).map(|(term, _)| *term).collect();
    lists.intern(&joins)
}

/// What tells candidates apart inside a cycle.
#[derive(Debug, PartialEq, Eq, Hash)]
struct ClassKey {
    needs: Vec<NeedKey>,
    /// Whether each requirement of the component on the package admits the candidate.
    admitted: Vec<bool>,
    is_final: bool,
}

/// For each candidate the first that nothing inside the cycle can tell from it.
fn classes(space: &Space<'_>, order: &Order, package: PackageId) -> Rc<[u32]> {
    let problem = space.problem;
    let mut masks: Vec<u32> = Vec::new();
    let owners = order.referrers[package as usize]
        .iter()
        .chain(std::iter::once(&package));
    for owner in owners {
        for candidate in &problem.package(*owner).candidates {
            masks.extend(
                candidate
                    .needs
                    .iter()
                    .filter(|need| need.target == package)
                    .map(|need| need.mask),
            );
        }
    }
    masks.sort_unstable();
    masks.dedup();
    let dense = problem.package(package);
    let mut known: FastMap<ClassKey, u32> = FastMap::default();
    let class = |(at, candidate): (usize, &crate::problem::Legal)| {
        let needs = candidate.needs.iter();
        let key = ClassKey {
            needs: needs.map(Need::key).collect(),
            admitted: masks
                .iter()
                .map(|mask| bits::has(problem.mask(package, *mask), at))
                .collect(),
            is_final: dense.gate.as_ref().is_none_or(|gate| bits::has(&gate.finals, at)),
        };
        // A candidate that is not live stands for nobody.
        if space.live.has(package, at) {
            *known.entry(key).or_insert(at as u32)
        } else {
            at as u32
        }
    };
    dense.candidates.iter().enumerate().map(class).collect()
}
