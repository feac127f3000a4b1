//! `thoth bench search`: the predictors on recorded problems, as Markdown.

use std::fmt::Write;
use std::process::ExitCode;
use std::time::Instant;

use thoth_adviser::{Advised, Outcome, PredictorName, Request, ValueTable, advise_fully};
use thoth_schema::error::{ErrorCode, Fault};

use super::SearchArgs;
use super::problems::{self, Problem};
use crate::output::Output;
use crate::settings::Settings;

/// How many stacks a predictor may score.
const BUDGETS: [u64; 4] = [100, 1_000, 10_000, 70_000];

/// How many in the comparison of cold and warm starts.
const WARM_BUDGETS: [u64; 4] = [1, 10, 100, 1_000];

/// How many stacks the speed is measured on.
const SPEED_STACKS: u64 = 200_000;

/// Of a hundred releases so many have another score when a warm start meets changed scores.
const CHANGED: u8 = 10;

const SAMPLERS: [PredictorName; 6] = [
    PredictorName::TemporalDifference,
    PredictorName::Mcts,
    PredictorName::SimulatedAnnealing,
    PredictorName::HillClimbing,
    PredictorName::RandomWalk,
    PredictorName::Sampling,
];

/// Measures and prints.
///
/// # Errors
/// Faults of the data and of the searches.
pub(super) async fn run(args: &SearchArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let problems = problems::load(args.data.as_deref(), settings, output).await?;
    for mut problem in problems {
        let (proof, has_stacks) = proof(&mut problem, args)?;
        output.data(&proof)?;
        if !has_stacks {
            continue;
        }
        output.data(&quality(&mut problem, args)?)?;
        output.data(&warm(&mut problem, args)?)?;
    }
    if let Some(peak) = memory_peak() {
        output.data(&format!("Memory peak of the process (VmHWM): {peak}.\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Size of the space, and time to proof; and whether there is a stack at all.
fn proof(problem: &mut Problem, args: &SearchArgs) -> Result<(String, bool), Fault> {
    let mut lines = format!("## {}\n\n", problem.title);
    problem.draw_scores(&format!("{}0", args.prefix));
    let mut fastest = f64::INFINITY;
    let mut last = None;
    for _ in 0..args.runs {
        let start = Instant::now();
        let advised = search(problem, PredictorName::Exact, 1, 0, None)?;
        fastest = fastest.min(start.elapsed().as_secs_f64() * 1_000.0);
        last = Some(advised);
    }
    let has_stacks = last
        .as_ref()
        .is_some_and(|advised| !advised.advice.stacks.is_empty());
    if let Some(advised) = last {
        let search = &advised.advice.search;
        let exactly = if search.space_is_exact {
            "exactly"
        } else {
            "at most"
        };
        let proven = if search.optimal {
            "proven in"
        } else {
            "not proven in"
        };
        let packages = problem.universe.packages.len();
        let space = &search.stacks_in_space;
        let _ = writeln!(
            lines,
            "{packages} packages in reach, {exactly} {space} stacks; optimum {proven} {fastest:.2} ms of advice.\n"
        );
    }
    Ok((lines, has_stacks))
}

/// Speed, and the best score by budget.
fn quality(problem: &mut Problem, args: &SearchArgs) -> Result<String, Fault> {
    let mut lines = "| predictor | stacks/s on one core |".to_owned();
    for budget in BUDGETS {
        let _ = write!(lines, " {budget} |");
    }
    lines.push_str(" largest regret at the last |\n|---|---|---|---|---|---|---|\n");
    let mut optima = Vec::new();
    for table in 0..args.seeds {
        problem.draw_scores(&format!("{}{table}", args.prefix));
        optima.push(score(&search(problem, PredictorName::Exact, 1, 0, None)?)?);
    }
    for predictor in SAMPLERS {
        let _ = write!(
            lines,
            "| `{predictor}` | {:.0} |",
            speed(problem, predictor, args.runs)?
        );
        let mut regret = 0.0_f64;
        for budget in BUDGETS {
            let mut shares = Vec::new();
            regret = 0.0;
            for (table, optimum) in optima.iter().enumerate() {
                problem.draw_scores(&format!("{}{table}", args.prefix));
                let best = score(&search(problem, predictor, budget, table as u64, None)?)?;
                regret = regret.max(optimum - best);
                shares.push(best / optimum * 100.0);
            }
            let _ = write!(lines, " {:.2} % |", median(&mut shares));
        }
        let _ = writeln!(lines, " {regret:.4} |");
    }
    lines.push('\n');
    Ok(lines)
}

fn speed(problem: &Problem, predictor: PredictorName, runs: u32) -> Result<f64, Fault> {
    // What every advice takes before the first stack is no matter of the predictor.
    let mut rate = 0.0_f64;
    for run in 0..runs {
        let seed = u64::from(run);
        let before = timed(problem, predictor, 1, seed)?;
        let after = timed(problem, predictor, SPEED_STACKS, seed)?;
        let seconds = (after.0 - before.0).max(f64::MIN_POSITIVE);
        rate = rate.max((after.1 - before.1) / seconds);
    }
    Ok(rate)
}

fn timed(problem: &Problem, predictor: PredictorName, limit: u64, seed: u64) -> Result<(f64, f64), Fault> {
    let (start, core) = (Instant::now(), on_core());
    let advised = search(problem, predictor, limit, seed, None)?;
    let of_core = on_core().zip(core).map(|(after, before)| after - before);
    Ok((
        of_core.unwrap_or_else(|| start.elapsed().as_secs_f64()),
        advised.advice.search.stacks_scored as f64,
    ))
}

/// Temporal difference from nothing, and from the values of an earlier search; the same with some scores changed.
fn warm(problem: &mut Problem, args: &SearchArgs) -> Result<String, Fault> {
    let mut lines =
        "| stacks | cold | warm | cold, scores changed | warm, scores changed |\n|---|---|---|---|---|\n"
            .to_owned();
    let mut shares = vec![<[Vec<f64>; 4]>::default(); WARM_BUDGETS.len()];
    for table in 0..args.seeds {
        let seed = u64::from(table);
        let name = format!("{}{table}", args.prefix);
        problem.draw_scores(&name);
        let predictor = PredictorName::TemporalDifference;
        let learnt = search(problem, predictor, 10_000, seed, None)?.values;
        for changed in [false, true] {
            if changed {
                problem.draw_some_scores(&format!("{name}-changed"), |number| number < CHANGED);
            }
            let optimum = score(&search(problem, PredictorName::Exact, 1, 0, None)?)?;
            for (budget, shares) in WARM_BUDGETS.iter().zip(&mut shares) {
                for (column, warm) in [(0, None), (1, learnt.clone())] {
                    let best = score(&search(problem, predictor, *budget, seed + 1_000, warm)?)?;
                    shares[column + 2 * usize::from(changed)].push(best / optimum * 100.0);
                }
            }
        }
    }
    for (budget, shares) in WARM_BUDGETS.iter().zip(&mut shares) {
        let _ = write!(lines, "| {budget} |");
        for share in shares {
            let _ = write!(lines, " {:.2} % |", median(share));
        }
        lines.push('\n');
    }
    lines.push('\n');
    Ok(lines)
}

fn search(
    problem: &Problem,
    predictor: PredictorName,
    limit: u64,
    seed: u64,
    warm_start: Option<ValueTable>,
) -> Result<Advised, Fault> {
    let request = Request {
        predictor,
        limit: Some(limit),
        seed,
        warm_start,
        ..problem.request.clone()
    };
    advise_fully(&problem.universe, &request)
}

fn score(advised: &Advised) -> Result<f64, Fault> {
    let best = advised.advice.stacks.first().map(|stack| stack.score);
    best.filter(|_| advised.advice.outcome == Outcome::Advised)
        .ok_or_else(|| Fault::new(ErrorCode::Internal, "a recorded problem has no stack"))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        size => (values[(size - 1) / 2] + values[size / 2]) / 2.0,
    }
}

/// Seconds that this thread was on a core: what else runs on the machine does not count. Where the kernel does
/// not tell, nothing.
fn on_core() -> Option<f64> {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos: f64 = schedule.split(' ').next()?.parse().ok()?;
    Some(nanos / 1e9)
}

/// The most memory the process ever held, as the kernel writes it; where there is no such file, nothing.
fn memory_peak() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&mut []).is_nan());
    }
}
