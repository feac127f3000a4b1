//! Two engines, one Cypher: every statement of the catalogue answers alike on the embedded engine and on Neo4j, in
//! rows, in what it writes and in the advice that follows. Neo4j is the truth; a statement that differs is rewritten.

mod ad_hoc;
mod advice;
mod advices_and_rules;
mod engines;
mod evidence;
mod fixture;
mod images;
mod invariants;
mod order;
mod parameters;
mod plans;
mod random;
mod retract;
mod security;
mod serving;
mod statements;
mod written;
mod written_inspections;
