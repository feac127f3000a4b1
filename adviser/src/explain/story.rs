//! A derivation as sentences: facts first, what follows from them after, the conclusion last.
//!
//! A step of a derivation is true whatever led to it, for it follows from recorded requirements alone. So a long
//! story is cut from its beginning: the last steps are told in full, and what they take from the steps before is
//! stated as what it is, a consequence of what some packages require.

use std::collections::{BTreeSet, HashMap};

use pubgrub::{DerivationTree, Derived, External, Term};

use super::phrases::{Phrases, join};
use crate::decide::{Candidates, Derivation, Node, RequiresOtherOfItself};

/// Facts taken together in one sentence at most.
const FACTS_A_SENTENCE: usize = 3;

/// Nobody reads more sentences than this.
const MOST_SENTENCES: usize = 5;

/// Packages named in one sentence at most.
const MOST_PACKAGES: usize = 4;

/// Remarks on releases that were left out at most.
const MOST_REMARKS: usize = 2;

type Step = Derived<Node, Candidates, RequiresOtherOfItself>;

/// The sentences of a derivation, at most [`MOST_SENTENCES`].
pub(super) fn tell(phrases: &mut Phrases<'_, '_>, tree: &Derivation) -> Vec<String> {
    let mut story = Story {
        phrases,
        told: Vec::new(),
        shared: HashMap::new(),
        owners: BTreeSet::new(),
    };
    let facts = match tree {
        DerivationTree::External(external) => story.fact(external).into_iter().collect(),
        DerivationTree::Derived(step) => story.facts_of(step),
    };
    let conclusion = story.phrases.conclusion();
    story.conclude(facts, &conclusion);
    let Story { phrases, told, .. } = story;
    let remarks = remarks(phrases.remarks());
    let mut sentences = remarks;
    let room = MOST_SENTENCES - sentences.len();
    let all = rendered(&told, None);
    if all.len() <= room {
        sentences.extend(all);
    } else {
        sentences.extend(shortened(&told, room));
    }
    sentences
}

/// One step as told.
struct Told {
    facts: Vec<String>,
    conclusion: String,
    /// The packages whose requirements it rests on, directly.
    owners: BTreeSet<String>,
}

struct Story<'s, 'a, 'r> {
    phrases: &'s mut Phrases<'a, 'r>,
    told: Vec<Told>,
    /// What shared steps came to, once told.
    shared: HashMap<usize, String>,
    /// The packages whose requirements were spoken of since the last step.
    owners: BTreeSet<String>,
}

impl Story<'_, '_, '_> {
    /// What a step rests on, after telling what has to be told before it.
    fn facts_of(&mut self, step: &Step) -> Vec<String> {
        let mut facts = Vec::new();
        let mut causes = [&*step.cause1, &*step.cause2];
        // The longer line of argument first, so that what it comes to is used soon after.
        causes.sort_by_key(|cause| std::cmp::Reverse(depth(cause)));
        let both_derived = causes
            .iter()
            .all(|cause| matches!(cause, DerivationTree::Derived(_)));
        for cause in causes {
            let more = match cause {
                DerivationTree::External(external) => self.fact(external),
                DerivationTree::Derived(cause) => self.argument(cause, both_derived),
            };
            for fact in more {
                if !facts.contains(&fact) {
                    facts.push(fact);
                }
            }
        }
        facts
    }

    /// A step below another: its own facts while they are few, else what it comes to.
    fn argument(&mut self, step: &Step, conclude: bool) -> Vec<String> {
        if let Some(told) = step.shared_id.and_then(|id| self.shared.get(&id)) {
            return vec![told.clone()];
        }
        let facts = self.facts_of(step);
        // Half of what a term forbids is nothing to conclude from.
        if step
            .terms
            .iter()
            .any(|(node, _)| matches!(node, Node::Forbidden(_)))
        {
            return facts;
        }
        if facts.len() < FACTS_A_SENTENCE && (!conclude || facts.len() <= 1) && step.shared_id.is_none() {
            return facts;
        }
        let conclusion = self.conclusion(step);
        self.state(&facts, &conclusion);
        if let Some(id) = step.shared_id {
            self.shared.insert(id, conclusion.clone());
        }
        vec![conclusion]
    }

    /// The last step. Its conclusion names what is required: saying it twice in one sentence helps nobody. And that
    /// a release cannot be used is no step of its own where the conclusion says as much.
    fn conclude(&mut self, facts: Vec<String>, conclusion: &str) {
        let argued = |facts: &[String]| -> Vec<String> {
            let told_anyway = |fact: &&String| fact.ends_with(" is required") || fact.ends_with(" is wanted");
            facts.iter().filter(|fact| !told_anyway(fact)).cloned().collect()
        };
        let mut facts = facts;
        let says_as_much = |last: &Told| argued(&facts) == [last.conclusion.clone()];
        if self.phrases.is_about_a_release() && self.told.last().is_some_and(says_as_much) {
            facts = self.told.pop().map(|last| last.facts).unwrap_or_default();
        }
        let kept = argued(&facts);
        self.state(if kept.is_empty() { &facts } else { &kept }, conclusion);
    }

    /// One step, unless it would only repeat its reason, or was told before.
    fn state(&mut self, facts: &[String], conclusion: &str) {
        let repeats = |told: &Told| told.conclusion == conclusion && told.facts == facts;
        if matches!(facts, [only] if only == conclusion) || self.told.iter().any(repeats) {
            return;
        }
        self.told.push(Told {
            facts: facts.to_vec(),
            conclusion: conclusion.to_owned(),
            owners: std::mem::take(&mut self.owners),
        });
    }

    fn fact(&mut self, external: &External<Node, Candidates, RequiresOtherOfItself>) -> Vec<String> {
        match external {
            External::NotRoot(..) => Vec::new(),
            // That a term has no version left is what the facts about its members come to.
            External::NoVersions(Node::Forbidden(_), _) => Vec::new(),
            External::NoVersions(node, set) => vec![self.phrases.unusable(*node, set)],
            External::FromDependencyOf(owner, set, target, wanted) => {
                self.owners.extend(self.phrases.owner(*owner));
                self.phrases.dependency(*owner, set, *target, wanted)
            }
            External::Custom(node, set, _) => {
                let verb = if self.phrases.is_plural(*node, set) {
                    "require"
                } else {
                    "requires"
                };
                vec![format!(
                    "{} {verb} another version of itself",
                    self.phrases.releases(*node, set)
                )]
            }
        }
    }

    /// What a step comes to.
    fn conclusion(&self, step: &Step) -> String {
        let mut terms: Vec<(&Node, &Term<Candidates>)> = step
            .terms
            .iter()
            .filter(|(node, _)| **node != Node::Root)
            .collect();
        terms.sort_by_key(|(node, _)| **node);
        let mut chosen = Vec::new();
        let mut needed = Vec::new();
        for (node, term) in terms {
            match term {
                Term::Positive(set) => chosen.push((*node, set)),
                Term::Negative(set) => needed.push(self.phrases.any_release(*node, set)),
            }
        }
        let name = |(node, set): &(Node, &Candidates)| self.phrases.releases(*node, set);
        match (chosen.as_slice(), needed.as_slice()) {
            ([], []) => self.phrases.conclusion(),
            ([], needed) => format!("{} must be part of every stack", needed.join(" or ")),
            ([one], []) => self.phrases.unusable(one.0, one.1),
            ([one], needed) => {
                let verb = if self.phrases.is_plural(one.0, one.1) {
                    "need"
                } else {
                    "needs"
                };
                format!("{} {verb} {}", name(one), needed.join(" or "))
            }
            (several, []) => {
                let names: Vec<String> = several.iter().map(name).collect();
                format!("{} cannot be used together", join(&names))
            }
            (several, needed) => {
                let names: Vec<String> = several.iter().map(name).collect();
                format!("{} together need {}", join(&names), needed.join(" or "))
            }
        }
    }
}

fn depth(tree: &Derivation) -> usize {
    match tree {
        DerivationTree::External(_) => 0,
        DerivationTree::Derived(step) => {
            // Only the order of telling hangs on it: a look at the longer side is enough.
            1 + usize::from(matches!(&*step.cause1, DerivationTree::Derived(_)))
                + usize::from(matches!(&*step.cause2, DerivationTree::Derived(_)))
        }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The steps as sentences, after a sentence that was said before.
fn rendered(told: &[Told], before: Option<&str>) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    for step in told {
        let last = sentences.last().map(String::as_str).or(before);
        let said_last = |fact: &&String| last.is_some_and(|last| last.ends_with(&format!("{fact}.")));
        let new: Vec<String> = step
            .facts
            .iter()
            .filter(|fact| !said_last(fact))
            .cloned()
            .collect();
        let conclusion = &step.conclusion;
        sentences.push(match (new.is_empty(), new.len() < step.facts.len()) {
            (true, true) => format!("Hence {conclusion}."),
            (true, false) => format!("{}.", capital(conclusion)),
            (false, true) => format!("And because {}, {conclusion}.", join(&new)),
            (false, false) => format!("Because {}, {conclusion}.", join(&new)),
        });
    }
    sentences
}

/// The last steps in full, and before them what they take from the others.
fn shortened(told: &[Told], room: usize) -> Vec<String> {
    let (before, kept) = told.split_at(told.len() - room.saturating_sub(1).min(told.len()));
    let mut taken: Vec<String> = Vec::new();
    for step in before {
        let is_taken = kept.iter().any(|later| later.facts.contains(&step.conclusion));
        if is_taken && !taken.contains(&step.conclusion) {
            taken.push(step.conclusion.clone());
        }
    }
    if taken.is_empty() {
        return rendered(kept, None);
    }
    let owners: BTreeSet<&String> = before.iter().flat_map(|step| &step.owners).collect();
    let mut names: Vec<String> = owners
        .iter()
        .take(MOST_PACKAGES)
        .map(|name| (*name).clone())
        .collect();
    if owners.len() > MOST_PACKAGES {
        names.push(format!("{} more packages", owners.len() - MOST_PACKAGES));
    }
    let source = if names.is_empty() {
        "the request requires".to_owned()
    } else {
        format!("the request and the releases of {} require", join(&names))
    };
    let lead = format!(
        "From what {source} it follows that {}.",
        taken.join(", and that ")
    );
    let rest = rendered(kept, Some(&lead));
    std::iter::once(lead).chain(rest).collect()
}

/// Remarks on releases that were left out, in one sentence.
fn remarks(all: Vec<String>) -> Vec<String> {
    let few: Vec<&str> = all
        .iter()
        .take(MOST_REMARKS)
        .map(|remark| remark.trim_end_matches('.'))
        .collect();
    if few.is_empty() {
        return Vec::new();
    }
    vec![format!("{}.", few.join("; "))]
}
