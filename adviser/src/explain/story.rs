//! A derivation as sentences: facts first, what follows from them after, the conclusion last.

use std::collections::HashMap;

use pubgrub::{DerivationTree, Derived, External, Term};

use super::phrases::{Phrases, join};
use crate::decide::{Candidates, Derivation, Node, RequiresOtherOfItself};

/// Facts taken together in one sentence at most.
const FACTS_A_SENTENCE: usize = 3;

/// Longer stories are shortened in the middle.
const MOST_SENTENCES: usize = 20;

type Step = Derived<Node, Candidates, RequiresOtherOfItself>;

/// The sentences of a derivation.
pub(super) fn tell(phrases: &mut Phrases<'_, '_>, tree: &Derivation) -> Vec<String> {
    let mut story = Story {
        phrases,
        sentences: Vec::new(),
        told: HashMap::new(),
    };
    let facts = match tree {
        DerivationTree::External(external) => story.fact(external).into_iter().collect(),
        DerivationTree::Derived(step) => story.facts_of(step),
    };
    let conclusion = story.phrases.conclusion();
    story.state(&facts, &conclusion);
    let Story {
        phrases, sentences, ..
    } = story;
    shorten(phrases.remarks(), sentences)
}

struct Story<'s, 'a, 'r> {
    phrases: &'s mut Phrases<'a, 'r>,
    sentences: Vec<String>,
    /// What shared steps came to, once told.
    told: HashMap<usize, String>,
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
        if let Some(told) = step.shared_id.and_then(|id| self.told.get(&id)) {
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
            self.told.insert(id, conclusion.clone());
        }
        vec![conclusion]
    }

    /// One sentence, unless it would only repeat its reason.
    fn state(&mut self, facts: &[String], conclusion: &str) {
        if matches!(facts, [only] if only == conclusion) {
            return;
        }
        let said_last = |fact: &String, last: &String| last.ends_with(&format!("{fact}."));
        let new: Vec<String> = match self.sentences.last() {
            Some(last) => facts
                .iter()
                .filter(|fact| !said_last(fact, last))
                .cloned()
                .collect(),
            None => facts.to_vec(),
        };
        let sentence = match (new.is_empty(), new.len() < facts.len()) {
            (true, true) => format!("Hence {conclusion}."),
            (true, false) => format!("{}.", capital(conclusion)),
            (false, true) => format!("And because {}, {conclusion}.", join(&new)),
            (false, false) => format!("Because {}, {conclusion}.", join(&new)),
        };
        if !self.sentences.contains(&sentence) {
            self.sentences.push(sentence);
        }
    }

    fn fact(&mut self, external: &External<Node, Candidates, RequiresOtherOfItself>) -> Vec<String> {
        match external {
            External::NotRoot(..) => Vec::new(),
            // That a term has no version left is what the facts about its members come to.
            External::NoVersions(Node::Forbidden(_), _) => Vec::new(),
            External::NoVersions(node, set) => vec![self.phrases.unusable(*node, set)],
            External::FromDependencyOf(owner, set, target, wanted) => {
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
                Term::Negative(set) => needed.push(self.phrases.releases(*node, set)),
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

/// Remarks first, then the story, shortened in the middle when it is long.
fn shorten(remarks: Vec<String>, mut sentences: Vec<String>) -> Vec<String> {
    let room = MOST_SENTENCES.saturating_sub(remarks.len().min(MOST_SENTENCES / 4));
    if sentences.len() > room {
        let left_out = sentences.len() - room + 1;
        let from = room / 2;
        let steps = format!("({left_out} steps of the same kind are left out here.)");
        sentences.splice(from..from + left_out, [steps]);
    }
    let mut all: Vec<String> = remarks.into_iter().take(MOST_SENTENCES / 4).collect();
    all.extend(sentences);
    all
}
