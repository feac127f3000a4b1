//! Monte-Carlo tree search for one player: a tree of decisions in the order of the packages, grown by one
//! decision per stack.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::maths::{ln, unit};
use super::run::Run;
use super::sample::any;
use super::walker::{Policy, Walker};
use crate::bits;

/// How much a decision that was tried less is worth a try, in units of the range of scores seen.
const EXPLORATION: f64 = 0.2;

/// The weight of the best score seen below a decision against the mean one.
const BEST_SHARE: f64 = 0.7;

/// A node of n visits has tried at most 1 + WIDENING · √n decisions.
const WIDENING: f64 = 0.8;

/// The share of decisions below the tree that are left to chance.
const CHANCE: f64 = 0.06;

/// The tree holds no more nodes.
const MOST_NODES: usize = 1_000_000;

const NONE: u32 = u32::MAX;

/// What is known of one sequence of decisions.
#[derive(Clone, Copy)]
struct Node {
    /// The last decision of the sequence.
    candidate: u32,
    /// The first decision after it that was tried, and the one tried before this at the same place.
    child: u32,
    sibling: u32,
    children: u32,
    visits: u32,
    sum: f64,
    best: f64,
    /// Nothing new is to be found below it: a dead end, a whole stack, or a node with only such below.
    closed: bool,
}

struct Tree {
    nodes: Vec<Node>,
    /// The nodes of the stack in the making; below the tree no more are added.
    path: Vec<u32>,
    inside: bool,
    /// The candidates of a node that were tried.
    tried: Vec<u64>,
    least: f64,
    most: f64,
    random: ChaCha8Rng,
}

/// Scores stacks up to the limit.
pub(super) fn search(walker: &mut Walker<'_>, run: &mut Run<'_>, seed: u64) {
    let widest = walker
        .layout
        .places
        .iter()
        .map(|place| place.words as usize)
        .max();
    let capacity = usize::try_from(run.limit).unwrap_or(MOST_NODES).min(MOST_NODES);
    let mut tree = Tree {
        nodes: Vec::with_capacity(capacity + 1),
        path: Vec::with_capacity(walker.layout.places.len() + 1),
        inside: true,
        tried: vec![0; widest.unwrap_or(0)],
        least: f64::INFINITY,
        most: f64::NEG_INFINITY,
        random: ChaCha8Rng::seed_from_u64(seed),
    };
    tree.nodes.push(Node::new(NONE, NONE));
    while run.goes_on() {
        tree.path.clear();
        tree.path.push(0);
        tree.inside = true;
        match walker.walk(&mut tree) {
            None => {
                tree.bury();
                run.dead_end();
            }
            Some(score) => {
                tree.back_up(score);
                run.offer(walker, score, None);
            }
        }
    }
}

impl Node {
    fn new(candidate: u32, sibling: u32) -> Self {
        Self {
            candidate,
            child: NONE,
            sibling,
            children: 0,
            visits: 0,
            sum: 0.0,
            best: f64::NEG_INFINITY,
            closed: false,
        }
    }
}

impl Tree {
    fn back_up(&mut self, score: f64) {
        self.least = self.least.min(score);
        self.most = self.most.max(score);
        for at in &self.path {
            let node = &mut self.nodes[*at as usize];
            node.visits += 1;
            node.sum += score;
            node.best = node.best.max(score);
        }
        if let Some(last) = self.path.last().filter(|_| self.inside) {
            self.nodes[*last as usize].closed = true;
        }
    }

    /// A walk that stayed in the tree and failed fails always.
    fn bury(&mut self) {
        if let Some(last) = self.path.last().filter(|_| self.inside) {
            self.nodes[*last as usize].closed = true;
        }
        for at in &self.path {
            self.nodes[*at as usize].visits += 1;
            // A dead end counts as the worst seen.
            if self.least.is_finite() {
                self.nodes[*at as usize].sum += self.least;
            }
        }
    }

    /// The child with the highest upper confidence among the choices.
    fn best_child(&self, parent: &Node, choices: &[u64]) -> Option<u32> {
        let range = (self.most - self.least).max(f64::MIN_POSITIVE);
        let log = ln(f64::from(parent.visits.max(1)));
        let mut best = (f64::NEG_INFINITY, None);
        let mut at = parent.child;
        while at != NONE {
            let node = &self.nodes[at as usize];
            if !node.closed && node.visits > 0 && bits::has(choices, node.candidate as usize) {
                let visits = f64::from(node.visits);
                let top = if node.best.is_finite() {
                    node.best
                } else {
                    self.least
                };
                let worth = match self.least.is_finite() {
                    true => (BEST_SHARE * top + (1.0 - BEST_SHARE) * node.sum / visits - self.least) / range,
                    false => 0.0,
                };
                let upper = worth + EXPLORATION * f64::sqrt(log / visits);
                if upper > best.0 {
                    best = (upper, Some(at));
                }
            }
            at = node.sibling;
        }
        best.1
    }

    /// The untried choice with the best score.
    fn untried(&mut self, walker: &Walker<'_>, parent: &Node, place: usize) -> Option<usize> {
        let choices = walker.choices(place);
        let tried = &mut self.tried[..choices.len()];
        tried.fill(0);
        let mut at = parent.child;
        while at != NONE {
            bits::set(tried, self.nodes[at as usize].candidate as usize);
            at = self.nodes[at as usize].sibling;
        }
        let layout = walker.layout;
        let score = |candidate: usize| {
            let release = layout.release(place, candidate);
            layout.scores[release] + walker.completes(release)
        };
        let mut best = (f64::NEG_INFINITY, None);
        for candidate in bits::ones(choices).filter(|one| !bits::has(tried, *one)) {
            let score = score(candidate);
            if score > best.0 && walker.is_allowed(place, candidate) {
                best = (score, Some(candidate));
            }
        }
        best.1
    }

    fn roll(&mut self, walker: &Walker<'_>, place: usize) -> usize {
        if unit(&mut self.random) < CHANCE {
            any(&mut self.random, walker.choices(place)).unwrap_or(0)
        } else {
            super::local::best(walker, place)
        }
    }
}

impl Policy for Tree {
    fn pick(&mut self, walker: &Walker<'_>, place: usize) -> usize {
        if !self.inside {
            return self.roll(walker, place);
        }
        let at = self.path.last().copied().unwrap_or(0);
        let parent = self.nodes[at as usize];
        let room = 1.0 + WIDENING * f64::sqrt(f64::from(parent.visits));
        let known = self.best_child(&parent, walker.choices(place));
        let fits = self.nodes.len() < MOST_NODES && (known.is_none() || f64::from(parent.children) < room);
        let fresh = if fits {
            self.untried(walker, &parent, place)
        } else {
            None
        };
        if let Some(candidate) = fresh {
            let number = self.nodes.len() as u32;
            self.nodes.push(Node::new(candidate as u32, parent.child));
            let parent = &mut self.nodes[at as usize];
            parent.child = number;
            parent.children += 1;
            self.path.push(number);
            self.inside = false;
            return candidate;
        }
        if let Some(child) = known {
            self.path.push(child);
            return self.nodes[child as usize].candidate as usize;
        }
        self.nodes[at as usize].closed |= fits;
        self.inside = false;
        self.roll(walker, place)
    }
}
