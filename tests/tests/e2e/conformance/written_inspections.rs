//! The rows of the statements that write stacks, inspections, machines, and what observations hang on.

use thoth_cypher::{Value, map};

use super::fixture::{documents, sha256};
use super::parameters::version;

const NEWER: &str = "2030-01-01T00:00:00.000000Z#1";
const OLDER: &str = "2000-01-01T00:00:00.000000Z#1";
const ENVIRONMENT: &str = "fedora-32-py3.8-x86_64";
const UNTOLD: &str = "none";

/// As `written::sets`, row by row.
pub(super) fn rows(name: &str) -> Option<Vec<Vec<Value>>> {
    let document = documents().swap_remove(0).id;
    let (web, lib) = (version("web", "1.1", None), version("lib", "2.0", None));
    let stack = sha256(90);
    Some(match name {
        "write/stacks" => twice(map! { "key" => &stack, "size" => 2_i64 }),
        "write/pins" => vec![
            vec![
                map! { "stack" => &stack, "version" => &web },
                map! { "stack" => &stack, "version" => &lib },
                map! { "stack" => UNTOLD, "version" => &lib },
                map! { "stack" => &stack, "version" => UNTOLD },
            ],
            vec![map! { "stack" => &stack, "version" => &web }],
        ],
        "write/stack_statements" => both(|known| {
            map! { "document" => &document, "stack" => if known { stack.as_str() } else { UNTOLD } }
        }),
        "write/inspections" => twice(map! { "key" => "inspection-three" }),
        "write/inspection_statements" => {
            both(|known| map! { "document" => &document, "inspection" => inspection(known) })
        }
        "write/inspection_specifications" => specifications(),
        "write/inspection_scripts" => {
            stamped(|stamp| map! { "key" => "inspection-one", "stamp" => stamp, "sha256" => sha256(81) })
        }
        "write/inspection_stacks_drop" | "write/inspection_stack_heads" => {
            stamped(|stamp| map! { "key" => "inspection-one", "stamp" => stamp })
        }
        "write/inspection_stacks" => {
            stamped(|stamp| map! { "key" => "inspection-one", "stamp" => stamp, "stack" => &stack })
        }
        "write/inspection_targets" => {
            both(|known| map! { "inspection" => inspection(known), "environment" => ENVIRONMENT })
        }
        "write/hardware" => hardware(),
        "write/observed_in" => observed(ENVIRONMENT),
        "write/observed_of" => observed("inspection-one"),
        "write/observed_on" => observed("Maker-6-1#0"),
        "write/observed_stacks" => observed(&stack),
        "write/observed_versions" => observed(&web),
        _ => return None,
    })
}

fn inspection(known: bool) -> &'static str {
    if known { "inspection-one" } else { UNTOLD }
}

fn twice(row: Value) -> Vec<Vec<Value>> {
    vec![vec![row.clone()], vec![row]]
}

/// What is there, what is not, and the first again.
fn both(row: impl Fn(bool) -> Value) -> Vec<Vec<Value>> {
    vec![vec![row(true), row(false)], vec![row(true)]]
}

/// An older statement, a newer one, the newer again.
fn stamped(row: impl Fn(&str) -> Value) -> Vec<Vec<Value>> {
    [OLDER, NEWER, NEWER].map(|stamp| vec![row(stamp)]).to_vec()
}

fn observed(target: &str) -> Vec<Vec<Value>> {
    let row = |observation: &str, target: &str| map! { "observation" => observation, "target" => target };
    vec![
        vec![row("o1", target), row("o1", UNTOLD), row(UNTOLD, target)],
        vec![row("o1", target)],
    ]
}

fn specifications() -> Vec<Vec<Value>> {
    let row = |key: &str, stamp: &str, memory: Option<i64>, cpu: Option<f64>| {
        map! { "key" => key, "stamp" => stamp, "createdAt" => stamp, "identifier" => "it", "baseImage" => "fedora:40",
        "packageManager" => None::<String>, "nativePackages" => vec!["gcc"], "pythonPackages" => None::<String>,
        "environment" => vec!["A=1", "B=\u{e9}"], "script" => None::<String>, "batchSize" => 3_i64, "buildCpu" => cpu,
        "buildMemory" => memory, "buildHardware" => None::<String>, "runCpu" => cpu, "runMemory" => memory,
        "runHardware" => vec!["cpu_family=6"] }
    };
    vec![
        vec![
            row("inspection-one", OLDER, Some(1), None),
            row("inspection-two", NEWER, Some(i64::MAX), Some(0.1)),
            row(UNTOLD, NEWER, None, None),
        ],
        vec![row("inspection-one", NEWER, None, Some(2.0))],
        vec![row("inspection-two", OLDER, None, None)],
    ]
}

fn hardware() -> Vec<Vec<Value>> {
    twice(
        map! { "key" => "Maker-6-1#0", "cpuVendor" => "Maker", "cpuFamily" => 6_i64, "cpuModel" => 1_i64,
        "cpuStepping" => None::<i64>, "cpuName" => "It (R)", "cpuFlags" => vec!["a", "b"], "cores" => 2_i64,
        "machine" => "x86_64", "l2CacheBytes" => None::<i64>, "l3CacheBytes" => i64::MAX, "gpuModel" => None::<String>,
        "memoryBytes" => None::<i64> },
    )
}
