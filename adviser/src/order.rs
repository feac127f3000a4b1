//! The order in which packages are decided: components of the package graph, topologically; of those that are
//! ready the one that leaves the fewest packages required and undecided.

use crate::bits;
use crate::problem::{PackageId, Problem};
use crate::prune::Live;

/// Packages in the order of decision, cycles kept together.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// Components in order, each with its packages in order.
    pub(crate) components: Vec<Vec<PackageId>>,
    /// The place of each package; packages that are not in reach come last.
    pub(crate) places: Vec<u32>,
    /// For each package the packages of its own component that may require it, itself excluded.
    pub(crate) referrers: Vec<Vec<PackageId>>,
    /// For each package the place after the last of the others that may require it; 0 where none does.
    pub(crate) wanted_until: Vec<u32>,
    /// Packages asked for extras from inside their own component.
    pub(crate) extended_inside: Vec<bool>,
}

impl Order {
    /// The order for the live candidates of a problem.
    pub(crate) fn new(problem: &Problem, live: &Live) -> Self {
        let graph = Graph::new(problem, live);
        let components = graph.components();
        let order = graph.arrange(&components);
        let mut places = vec![u32::MAX; problem.size()];
        let mut component_of = vec![usize::MAX; problem.size()];
        let mut arranged = Vec::with_capacity(order.len());
        let mut next = 0;
        for component in order {
            let packages = graph.inside(&components[component]);
            for package in &packages {
                places[*package as usize] = next;
                component_of[*package as usize] = component;
                next += 1;
            }
            arranged.push(packages);
        }
        let mut referrers: Vec<Vec<PackageId>> = vec![Vec::new(); problem.size()];
        let mut wanted_until = vec![0; problem.size()];
        for (from, targets) in graph.targets.iter().enumerate() {
            for to in targets {
                let until = &mut wanted_until[*to as usize];
                *until = places[from].saturating_add(1).max(*until);
                if component_of[from] == component_of[*to as usize] {
                    referrers[*to as usize].push(from as PackageId);
                }
            }
        }
        let extended_inside = extended_inside(problem, live, &component_of);
        Self {
            components: arranged,
            places,
            referrers,
            wanted_until,
            extended_inside,
        }
    }
}

struct Graph {
    reached: Vec<PackageId>,
    /// Packages that live candidates may require, sorted, the package itself excluded.
    targets: Vec<Vec<PackageId>>,
    roots: Vec<PackageId>,
}

impl Graph {
    fn new(problem: &Problem, live: &Live) -> Self {
        let mut targets: Vec<Vec<PackageId>> = vec![Vec::new(); problem.size()];
        for (at, package) in problem.packages.iter().enumerate() {
            let sets = &problem.extra_sets[at];
            for candidate in bits::ones(&live.sets[at]) {
                for need in &package.candidates[candidate].needs {
                    let holds = need.always || bits::meets(sets.get(need.under), &live.asked[at]);
                    if holds && need.target as usize != at {
                        targets[at].push(need.target);
                    }
                }
            }
            targets[at].sort_unstable();
            targets[at].dedup();
        }
        let reached = (0..problem.size()).filter(|at| !bits::none(&live.sets[*at]));
        let mut roots: Vec<PackageId> = problem.roots.iter().map(|root| root.target).collect();
        roots.sort_unstable();
        roots.dedup();
        Self {
            reached: reached.map(|at| at as PackageId).collect(),
            targets,
            roots,
        }
    }

    /// Strongly connected components (Tarjan, without recursion), each sorted.
    fn components(&self) -> Vec<Vec<PackageId>> {
        let size = self.targets.len();
        let (mut index, mut low) = (vec![u32::MAX; size], vec![0_u32; size]);
        let mut on_stack = vec![false; size];
        let (mut stack, mut components) = (Vec::new(), Vec::new());
        let mut next = 0;
        for start in &self.reached {
            if index[*start as usize] != u32::MAX {
                continue;
            }
            let mut calls: Vec<(PackageId, usize)> = vec![(*start, 0)];
            while let Some((package, edge)) = calls.pop() {
                let at = package as usize;
                if edge == 0 {
                    (index[at], low[at]) = (next, next);
                    next += 1;
                    stack.push(package);
                    on_stack[at] = true;
                } else {
                    low[at] = low[at].min(low[self.targets[at][edge - 1] as usize]);
                }
                let mut pushed = false;
                for (step, target) in self.targets[at].iter().enumerate().skip(edge) {
                    let to = *target as usize;
                    if index[to] == u32::MAX {
                        calls.push((package, step + 1));
                        calls.push((*target, 0));
                        pushed = true;
                        break;
                    } else if on_stack[to] {
                        low[at] = low[at].min(index[to]);
                    }
                }
                if !pushed && low[at] == index[at] {
                    components.push(close(package, &mut stack, &mut on_stack));
                }
            }
        }
        components
    }

    /// The numbers of the components in the order of decision.
    fn arrange(&self, components: &[Vec<PackageId>]) -> Vec<usize> {
        let size = self.targets.len();
        let words = bits::words_for(size);
        let mut component_of = vec![usize::MAX; size];
        for (number, component) in components.iter().enumerate() {
            for package in component {
                component_of[*package as usize] = number;
            }
        }
        let mut reach = vec![vec![0_u64; words]; components.len()];
        let mut waiting = vec![0_usize; components.len()];
        let mut followers: Vec<Vec<usize>> = vec![Vec::new(); components.len()];
        for (number, component) in components.iter().enumerate() {
            for target in component
                .iter()
                .flat_map(|package| &self.targets[*package as usize])
            {
                let to = component_of[*target as usize];
                // A requirement on a package without live candidates is one that no live candidate has to
                // meet.
                if to != number && to != usize::MAX {
                    bits::set(&mut reach[number], *target as usize);
                    followers[number].push(to);
                }
            }
            followers[number].sort_unstable();
            followers[number].dedup();
        }
        for to in followers.iter().flatten() {
            waiting[*to] += 1;
        }
        let mut open = vec![0_u64; words];
        for root in &self.roots {
            bits::set(&mut open, *root as usize);
        }
        let mut ready: Vec<usize> = (0..components.len())
            .filter(|number| waiting[*number] == 0)
            .collect();
        let mut order = Vec::with_capacity(components.len());
        while !ready.is_empty() {
            let cost = |number: usize| {
                let mut after = open.clone();
                bits::join(&mut after, &reach[number]);
                for package in &components[number] {
                    bits::clear(&mut after, *package as usize);
                }
                (bits::count(&after), components[number].len(), &components[number])
            };
            let Some(at) = (0..ready.len()).min_by_key(|at| cost(ready[*at])) else {
                break;
            };
            let number = ready.swap_remove(at);
            bits::join(&mut open, &reach[number]);
            for package in &components[number] {
                bits::clear(&mut open, *package as usize);
            }
            for to in &followers[number] {
                waiting[*to] -= 1;
                if waiting[*to] == 0 {
                    ready.push(*to);
                }
            }
            order.push(number);
        }
        order
    }

    /// The packages of a component, from those entered from outside onwards, breadth first.
    fn inside(&self, component: &[PackageId]) -> Vec<PackageId> {
        if component.len() == 1 {
            return component.to_vec();
        }
        let is_inside = |package: &PackageId| component.binary_search(package).is_ok();
        let entered = |package: &&PackageId| {
            let outside = self.reached.iter().filter(|from| !is_inside(from));
            self.roots.contains(package)
                || outside
                    .clone()
                    .any(|from| self.targets[*from as usize].binary_search(package).is_ok())
        };
        let mut sequence: Vec<PackageId> = component.iter().filter(entered).copied().collect();
        let mut at = 0;
        while at < sequence.len() {
            for target in &self.targets[sequence[at] as usize] {
                if is_inside(target) && !sequence.contains(target) {
                    sequence.push(*target);
                }
            }
            at += 1;
        }
        sequence
    }
}

fn close(package: PackageId, stack: &mut Vec<PackageId>, on_stack: &mut [bool]) -> Vec<PackageId> {
    let mut component = Vec::new();
    while let Some(top) = stack.pop() {
        on_stack[top as usize] = false;
        component.push(top);
        if top == package {
            break;
        }
    }
    component.sort_unstable();
    component
}

fn extended_inside(problem: &Problem, live: &Live, component_of: &[usize]) -> Vec<bool> {
    let mut extended = vec![false; problem.size()];
    for (at, package) in problem.packages.iter().enumerate() {
        for candidate in bits::ones(&live.sets[at]) {
            for need in &package.candidates[candidate].needs {
                let to = need.target as usize;
                if need.extras != bits::EMPTY && to != at && component_of[to] == component_of[at] {
                    extended[to] = true;
                }
            }
        }
    }
    extended
}
