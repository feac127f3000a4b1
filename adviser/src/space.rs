//! The search space after the pre-pass: what a candidate requires, merged and interned, computed on demand.

use std::rc::Rc;

use crate::bits::{self, BitTable, EMPTY};
use crate::hash::FastMap;
use crate::problem::{PackageId, Problem};
use crate::prune::Live;
use crate::terms::Terms;

/// Says of a candidate that it cannot be pinned.
pub(crate) const IMPOSSIBLE: u32 = u32::MAX;

/// What one candidate requires under a set of extras, closed over its requirements on itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Signature {
    /// The extras asked of the package, its own requirements on itself included.
    pub(crate) extras: u32,
    /// What the candidate requires of its own package, for the fallback policy; [`FREE`] when nothing.
    pub(crate) own: u32,
    /// Other packages required, by number, one edge each.
    pub(crate) edges: Vec<Edge>,
}

/// Says that a candidate requires nothing of its own package.
pub(crate) const FREE: u32 = u32::MAX;

/// Of `target` one of `mask`, with `extras`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Edge {
    pub(crate) target: PackageId,
    pub(crate) mask: u32,
    pub(crate) extras: u32,
}

/// The problem with live candidates only.
pub(crate) struct Space<'p> {
    pub(crate) problem: &'p Problem,
    pub(crate) live: Live,
    pub(crate) terms: Rc<Terms>,
    masks: Vec<BitTable>,
    extra_sets: Vec<BitTable>,
    /// Normal forms of masks, by package and number in the problem.
    normal: FastMap<(PackageId, u32), u32>,
    signatures: Vec<Rc<Signature>>,
    numbers: FastMap<Rc<Signature>, u32>,
    by_extras: FastMap<(PackageId, u32), Rc<[u32]>>,
}

impl<'p> Space<'p> {
    /// The space of a problem restricted to the live candidates.
    pub(crate) fn new(problem: &'p Problem, live: Live) -> Self {
        let terms = Rc::new(Terms::new(problem, &live));
        Self {
            problem,
            live,
            terms,
            masks: problem.masks.clone(),
            extra_sets: problem.extra_sets.clone(),
            normal: FastMap::default(),
            signatures: Vec::new(),
            numbers: FastMap::default(),
            by_extras: FastMap::default(),
        }
    }

    /// The words of a mask.
    pub(crate) fn mask(&self, package: PackageId, mask: u32) -> &[u64] {
        self.masks[package as usize].get(mask)
    }

    /// The intersection of two masks in normal form, in normal form; `None` when no live candidate is left.
    pub(crate) fn and(&mut self, package: PackageId, left: u32, right: u32) -> Option<u32> {
        if left == right {
            return Some(left);
        }
        let both = self.masks[package as usize].and(left, right);
        self.normal(package, both)
    }

    /// The union of two sets of extras.
    pub(crate) fn or_extras(&mut self, package: PackageId, left: u32, right: u32) -> u32 {
        self.extra_sets[package as usize].or(left, right)
    }

    /// The normal form of a mask: live candidates only, but behind a gate the final releases as well, for
    /// they rule out pre-releases even when they cannot be pinned; and no gate bit where no final release is
    /// left.
    pub(crate) fn normal(&mut self, package: PackageId, mask: u32) -> Option<u32> {
        if let Some(normal) = self.normal.get(&(package, mask)) {
            return (*normal != IMPOSSIBLE).then_some(*normal);
        }
        let at = package as usize;
        let mut words = self.masks[at].get(mask).to_vec();
        let possible = bits::meets(&words, &self.live.sets[at]);
        match &self.problem.packages[at].gate {
            None => _ = bits::keep(&mut words, &self.live.sets[at]),
            Some(gate) => {
                let mut kept = self.live.sets[at].clone();
                bits::join(&mut kept, &gate.finals);
                let bit = self.problem.packages[at].gate_bit();
                if bits::meets(&words, &gate.finals) {
                    bits::set(&mut kept, bit);
                }
                bits::keep(&mut words, &kept);
            }
        }
        let normal = if possible {
            self.masks[at].intern(&words)
        } else {
            IMPOSSIBLE
        };
        self.normal.insert((package, mask), normal);
        if possible {
            self.normal.insert((package, normal), normal);
        }
        possible.then_some(normal)
    }

    /// The root requirements, one edge for each package, by number; `None` when they contradict each other.
    pub(crate) fn roots(&mut self) -> Option<Vec<Edge>> {
        let problem = self.problem;
        let mut edges = Vec::new();
        for need in &problem.roots {
            let edge = Edge {
                target: need.target,
                mask: need.mask,
                extras: need.extras,
            };
            self.merge(&mut edges, edge)?;
        }
        edges.sort_unstable_by_key(|edge: &Edge| edge.target);
        Some(edges)
    }

    /// Adds an edge to others, one for each target; `None` when nothing is left of the target.
    fn merge(&mut self, edges: &mut Vec<Edge>, edge: Edge) -> Option<()> {
        let mask = self.normal(edge.target, edge.mask)?;
        match edges.iter().position(|known| known.target == edge.target) {
            None => edges.push(Edge { mask, ..edge }),
            Some(at) => {
                let known = edges[at];
                let mask = self.and(edge.target, known.mask, mask)?;
                let extras = self.or_extras(edge.target, known.extras, edge.extras);
                edges[at] = Edge {
                    target: edge.target,
                    mask,
                    extras,
                };
            }
        }
        Some(())
    }

    /// The signature of that number.
    pub(crate) fn signature(&self, number: u32) -> Rc<Signature> {
        Rc::clone(&self.signatures[number as usize])
    }

    /// The numbers of the signatures of all candidates of the package with these extras asked; [`IMPOSSIBLE`]
    /// for those that no stack can pin.
    pub(crate) fn signatures(&mut self, package: PackageId, extras: u32) -> Rc<[u32]> {
        if let Some(known) = self.by_extras.get(&(package, extras)) {
            return Rc::clone(known);
        }
        let count = self.problem.package(package).candidates.len();
        let numbers: Rc<[u32]> = (0..count)
            .map(|candidate| {
                let signature = self.sign(package, candidate, extras);
                signature.map_or(IMPOSSIBLE, |signature| self.number(signature))
            })
            .collect();
        self.by_extras.insert((package, extras), Rc::clone(&numbers));
        numbers
    }

    fn number(&mut self, signature: Signature) -> u32 {
        if let Some(number) = self.numbers.get(&signature) {
            return *number;
        }
        let number = self.signatures.len() as u32;
        let signature = Rc::new(signature);
        self.signatures.push(Rc::clone(&signature));
        self.numbers.insert(signature, number);
        number
    }

    fn sign(&mut self, package: PackageId, candidate: usize, asked: u32) -> Option<Signature> {
        if !self.live.has(package, candidate) {
            return None;
        }
        let problem = self.problem;
        let needs = &problem.package(package).candidates[candidate].needs;
        let mut extras = asked;
        loop {
            let before = extras;
            for need in needs.iter().filter(|need| need.target == package) {
                if self.holds(package, need.always, need.under, extras) {
                    extras = self.or_extras(package, extras, need.extras);
                }
            }
            if extras == before {
                break;
            }
        }
        let mut signature = Signature {
            extras,
            own: FREE,
            edges: Vec::new(),
        };
        for need in needs {
            if !self.holds(package, need.always, need.under, extras) {
                continue;
            }
            if need.target == package {
                let mask = self.normal(package, need.mask)?;
                let own = signature.own;
                signature.own = if own == FREE {
                    mask
                } else {
                    self.and(package, own, mask)?
                };
                continue;
            }
            self.merge(
                &mut signature.edges,
                Edge {
                    target: need.target,
                    mask: need.mask,
                    extras: need.extras,
                },
            )?;
        }
        if signature.own != FREE && !self.masks[package as usize].holds(signature.own, candidate) {
            return None;
        }
        if problem.package(package).gate.is_none() {
            signature.own = FREE;
        }
        signature.edges.sort_unstable_by_key(|edge| edge.target);
        Some(signature)
    }

    fn holds(&self, owner: PackageId, always: bool, under: u32, extras: u32) -> bool {
        let sets = &self.extra_sets[owner as usize];
        always || (extras != EMPTY && bits::meets(sets.get(under), sets.get(extras)))
    }
}
