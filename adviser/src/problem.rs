//! The dense local problem: packages, candidates and requirements as small numbers and bit sets.

use std::sync::Arc;

use thoth_schema::name::{ExtraName, PackageName};
use thoth_schema::requirement::Requirement;

use crate::bits::{self, BitTable};
use crate::terms;
use crate::weight::term_score;

/// Number of a package: its place among the packages of the problem in the order of their names.
pub(crate) type PackageId = u32;

/// One release a stack may pin for each package; absent packages have none.
pub(crate) type Pins = Vec<Option<u32>>;

/// All packages the roots may reach through legal candidates, with the requirements that may hold.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    /// By name.
    pub(crate) packages: Vec<Package>,
    /// One for each root requirement whose marker holds, in the order given.
    pub(crate) roots: Vec<Need>,
    /// Sets of candidates, a table for each package.
    pub(crate) masks: Vec<BitTable>,
    /// Sets of extras, a table for each package.
    pub(crate) extra_sets: Vec<BitTable>,
    /// What is said of several packages together.
    pub(crate) factors: Vec<Factor>,
}

/// A term of the universe in numbers: it holds of a stack that pins one of the candidates of every member.
#[derive(Debug, Clone)]
pub(crate) struct Factor {
    /// By package, each once; the words of a set of candidates that is not empty.
    pub(crate) members: Vec<(PackageId, Box<[u64]>)>,
    /// What it adds, in the unit of [`Legal::weight`] without a rank; `None` forbids the stack.
    pub(crate) weight: Option<i128>,
    /// Its place among the terms of the universe.
    pub(crate) term: usize,
}

impl Factor {
    /// What it adds to the score of a stack; `None` where it forbids it.
    pub(crate) fn score(&self) -> Option<f64> {
        self.weight.map(term_score)
    }

    /// Whether it holds of these pins.
    pub(crate) fn holds(&self, pins: &[Option<u32>]) -> bool {
        self.members
            .iter()
            .all(|(package, set)| pins[*package as usize].is_some_and(|pin| bits::has(set, pin as usize)))
    }
}

/// One package.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    pub(crate) name: PackageName,
    /// Legal candidates, newest first.
    pub(crate) candidates: Vec<Legal>,
    /// The extras somebody may ask for and some candidate has requirements for, sorted.
    pub(crate) extras: Vec<ExtraName>,
    /// Set where a final release rules out pre-releases while it meets all that is required of the package
    /// (the fallback policy); one more bit of every mask, [`Package::gate_bit`], then says that no
    /// requirement named a pre-release.
    pub(crate) gate: Option<Gate>,
}

/// The part of a package under the fallback policy.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    /// The final releases among the candidates.
    pub(crate) finals: Vec<u64>,
}

/// One legal candidate.
#[derive(Debug, Clone)]
pub(crate) struct Legal {
    /// Its place in the knowledge of the package.
    pub(crate) source: usize,
    /// Its version in words.
    pub(crate) version: String,
    /// What it adds to the score of a stack.
    pub(crate) score: f64,
    /// The same as an exact sum can carry it, see `weight`.
    pub(crate) weight: i128,
    /// Requirements that hold with no extra or with an extra somebody may ask for, in recorded order.
    pub(crate) needs: Vec<Need>,
}

/// One requirement: of `target` one of `mask`, with `extras`.
#[derive(Debug, Clone)]
pub(crate) struct Need {
    pub(crate) target: PackageId,
    /// Number of the set of candidates that satisfy it.
    pub(crate) mask: u32,
    /// Number of the set of effective extras asked.
    pub(crate) extras: u32,
    /// Whether it holds with no extra.
    pub(crate) always: bool,
    /// The extras of the owner any one of which makes it hold; a set of the owner's extras.
    pub(crate) under: u32,
    pub(crate) requirement: Arc<Requirement>,
}

/// What tells requirements of candidates of one package apart, as far as the search is concerned.
pub(crate) type NeedKey = (PackageId, u32, u32, bool, u32);

impl Need {
    /// Its key.
    pub(crate) fn key(&self) -> NeedKey {
        (self.target, self.mask, self.extras, self.always, self.under)
    }
}

impl Package {
    /// The bit of a mask that says no requirement named a pre-release; only with a gate.
    pub(crate) fn gate_bit(&self) -> usize {
        self.candidates.len()
    }

    /// How many bits a mask has.
    pub(crate) fn width(&self) -> usize {
        self.candidates.len() + usize::from(self.gate.is_some())
    }

    /// Whether a stack may pin the candidate when all that is required of the package is `mask`.
    pub(crate) fn may_choose(&self, mask: &[u64], candidate: usize) -> bool {
        if !bits::has(mask, candidate) {
            return false;
        }
        let Some(gate) = &self.gate else { return true };
        bits::has(&gate.finals, candidate)
            || !bits::has(mask, self.gate_bit())
            || !bits::meets(mask, &gate.finals)
    }
}

impl Problem {
    /// Number of packages.
    pub(crate) fn size(&self) -> usize {
        self.packages.len()
    }

    /// How many numbers the score of a stack is the sum of, at most.
    pub(crate) fn summands(&self) -> usize {
        self.packages.len() + self.factors.len()
    }

    /// The package of that number.
    pub(crate) fn package(&self, package: PackageId) -> &Package {
        &self.packages[package as usize]
    }

    /// The same problem with only the roots of these places.
    pub(crate) fn with_roots(&self, roots: &[usize]) -> Self {
        let mut part = self.clone();
        part.roots = roots.iter().map(|root| self.roots[*root].clone()).collect();
        part
    }

    /// The words of a mask of a package.
    pub(crate) fn mask(&self, package: PackageId, mask: u32) -> &[u64] {
        self.masks[package as usize].get(mask)
    }

    /// All that is required of each package of the closure of these pins: `None` when the pins are no stack,
    /// or a term forbids it.
    pub(crate) fn closure(&self, pins: &Pins) -> Option<Vec<Option<Reached>>> {
        if terms::forbids(self, pins) {
            return None;
        }
        let mut reached: Vec<Option<Reached>> = vec![None; self.size()];
        let mut todo: Vec<PackageId> = Vec::new();
        for need in &self.roots {
            self.reach(need, pins, &mut reached, &mut todo)?;
        }
        while let Some(package) = todo.pop() {
            let candidate = pins[package as usize]?;
            let extras = reached[package as usize].as_ref()?.extras.clone();
            let sets = &self.extra_sets[package as usize];
            for need in &self.package(package).candidates[candidate as usize].needs {
                if need.always || bits::meets(sets.get(need.under), &extras) {
                    self.reach(need, pins, &mut reached, &mut todo)?;
                }
            }
        }
        for (at, (pin, reached)) in pins.iter().zip(&reached).enumerate() {
            match (pin, reached) {
                (None, None) => {}
                (Some(pin), Some(reached)) if self.packages[at].may_choose(&reached.mask, *pin as usize) => {}
                _ => return None,
            }
        }
        Some(reached)
    }

    fn reach(
        &self,
        need: &Need,
        pins: &Pins,
        reached: &mut [Option<Reached>],
        todo: &mut Vec<PackageId>,
    ) -> Option<()> {
        let target = need.target as usize;
        let mask = self.masks[target].get(need.mask);
        let extras = self.extra_sets[target].get(need.extras);
        if !bits::has(mask, pins[target]? as usize) {
            return None;
        }
        match &mut reached[target] {
            Some(known) => {
                bits::keep(&mut known.mask, mask);
                if bits::join(&mut known.extras, extras) {
                    todo.push(need.target);
                }
            }
            empty => {
                *empty = Some(Reached {
                    mask: mask.to_vec(),
                    extras: extras.to_vec(),
                });
                todo.push(need.target);
            }
        }
        Some(())
    }
}

/// All that a stack requires of one package.
#[derive(Debug, Clone)]
pub(crate) struct Reached {
    /// The candidates every requirement admits.
    pub(crate) mask: Vec<u64>,
    /// The effective extras asked.
    pub(crate) extras: Vec<u64>,
}
