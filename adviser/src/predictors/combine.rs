//! Every combination of the releases of some packages.

use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::name::PackageName;

use super::layout::Layout;
use super::run::Run;
use super::walker::{Policy, UNPINNED, Walker};
use crate::bits;
use crate::problem::PackageId;

/// Everything that is not combined is at its best.
struct Rest;

impl Policy for Rest {
    fn pick(&mut self, walker: &Walker<'_>, place: usize) -> usize {
        super::local::best(walker, place)
    }
}

/// The places of the packages to combine: those named, or the direct ones.
///
/// # Errors
///
/// `INVALID_ARGUMENT` for a package that no stack holds.
pub(super) fn places(layout: &Layout<'_>, named: &[PackageName]) -> Result<Vec<usize>, Fault> {
    let place_of = |package: PackageId| layout.places.iter().position(|place| place.package == package);
    let mut places = Vec::new();
    for name in named {
        let package = layout
            .problem
            .packages
            .binary_search_by(|known| known.name.cmp(name))
            .ok();
        let Some(place) = package.and_then(|package| place_of(package as PackageId)) else {
            let message = format!("no stack holds `{name}`, whose releases were to be combined");
            return Err(Fault::new(ErrorCode::InvalidArgument, message)
                .remedy("name packages that the requirements lead to"));
        };
        places.push(place);
    }
    if named.is_empty() {
        places.extend(
            layout
                .problem
                .roots
                .iter()
                .filter_map(|root| place_of(root.target)),
        );
    }
    places.sort_unstable();
    places.dedup();
    Ok(places)
}

/// Scores a stack for every combination that has one, newest first, up to the limit.
pub(super) fn search(walker: &mut Walker<'_>, run: &mut Run<'_>, places: &[usize]) {
    let choices: Vec<Vec<usize>> = places
        .iter()
        .map(|place| bits::ones(walker.layout.live(*place)).collect())
        .collect();
    let mut at = vec![0; places.len()];
    let mut forced: Vec<(usize, usize)> = Vec::with_capacity(places.len());
    while run.goes_on() {
        forced.clear();
        forced.extend(
            places
                .iter()
                .zip(&choices)
                .zip(&at)
                .map(|((place, choices), at)| (*place, choices[*at])),
        );
        // A package that the stack does without counts once, with its newest release.
        let made = walker.walk_forced(&forced, &mut Rest);
        let repeats = |walker: &Walker<'_>| {
            let unused = |(place, at): (&usize, &usize)| *at > 0 && walker.pinned[*place] == UNPINNED;
            places.iter().zip(&at).any(unused)
        };
        match made {
            Some(score) if !repeats(walker) => run.offer(walker, score, None),
            _ => run.dead_end(),
        }
        if !advance(&mut at, &choices) {
            return;
        }
    }
}

/// The next combination, the last package fastest; false after the last one.
fn advance(at: &mut [usize], choices: &[Vec<usize>]) -> bool {
    for (digit, choices) in at.iter_mut().zip(choices).rev() {
        *digit += 1;
        if *digit < choices.len() {
            return true;
        }
        *digit = 0;
    }
    false
}
