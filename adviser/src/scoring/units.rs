//! The units of one release: what each says of it, and why.
//!
//! | unit | mean | interval | evidence |
//! |---|---|---|---|
//! | recency | `-rank / (n - 1)` among the `n` legal releases of the package, newest first | none | 0 |
//! | age | `-a / (a + 3)` for `a` years between its publication and the newest publication in reach | none | 0 |
//! | installability | Beta posterior of the trials, see [`Posterior`]; each weighs the similarity of its place, a failure of several releases together its share of the blame | 95 % | trials |
//! | advisories | `-(1 - Π (1 - severity / 10))`: what is left of the trust after each; an unrated one counts 5 | unrated ones at 0 and at 10 | advisories |
//! | security-indicators | `-d / (d + 1)` for `d` weighted findings in 1,000 lines, the mean over analyses | none | analyses |
//! | yanked | -1 where its index withdrew it | none | 0 |
//! | licence | -1 where the policy refuses it, -½ where it cannot be told | -1 to 0 where it cannot be told | 0 |
//! | popularity | `-10 / (n + 10)` for `n` requirement lines that name the package | none | 0 |
//! | performance | Beta posterior of the probability of superiority (Vargha and Delaney 2000) over the other releases of the package | 95 % | runs |

use std::collections::BTreeMap;

use super::evidence::{Analysis, Evidence};
use super::licence::{Verdict, verdict};
use super::posterior::Posterior;
use super::weights::{Unit, weight};
use super::{Interval, UnitScore, factor};
use crate::advice::Reason;
use crate::model::{Candidate, Request, Universe};

/// What an advisory counts that nobody rated: the middle of the scale.
const UNRATED: f64 = 5.0;
/// The top of the scale of severities.
const WORST: f64 = 10.0;
/// Years after which half of what age can cost is lost.
const HALF_LIFE_YEARS: f64 = 3.0;
/// Requirement lines at which half of what being unknown can cost is left.
const HALF_POPULAR: f64 = 10.0;
/// Keys that a reason lists at most; the count tells of the rest.
const KEYS: usize = 16;
/// Findings are counted per so many lines of code, and in no fewer.
const LINES: f64 = 1_000.0;

const SEVERITIES: [(&str, f64); 3] = [("LOW", 0.05), ("MEDIUM", 0.3), ("HIGH", 1.0)];
const CONFIDENCES: [(&str, f64); 4] = [("UNDEFINED", 0.25), ("LOW", 0.25), ("MEDIUM", 0.5), ("HIGH", 1.0)];

/// A legal candidate among those of its package.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) candidate: &'a Candidate,
    /// Its place from the newest.
    pub(crate) rank: usize,
    /// The number of legal candidates.
    pub(crate) size: usize,
    pub(crate) evidence: Option<&'a Evidence>,
}

/// What a unit believes.
#[derive(Debug, Clone, Copy)]
enum Belief {
    Certain(f64),
    Rate(Posterior),
    Within(f64, Interval),
}

impl Belief {
    fn mean(self) -> f64 {
        match self {
            Self::Certain(mean) | Self::Within(mean, _) => mean,
            Self::Rate(rate) => rate.mean(),
        }
    }

    fn interval(self) -> Interval {
        match self {
            Self::Certain(mean) => Interval::point(mean),
            Self::Within(_, interval) => interval,
            Self::Rate(rate) => rate.interval(),
        }
    }
}

/// What all releases of a request have in common.
pub(super) struct Context<'a> {
    request: &'a Request,
    /// The newest publication in reach, in years: the present, as far as the knowledge goes.
    present: Option<f64>,
}

impl<'a> Context<'a> {
    pub(super) fn new(universe: &Universe, request: &'a Request) -> Self {
        Self {
            request,
            present: universe.newest_publication.as_deref().and_then(years),
        }
    }

    /// The weighted sum of the means.
    pub(super) fn raw(&self, subject: &Subject<'_>) -> f64 {
        let kind = self.request.recommendation_type;
        let counted = Unit::ALL
            .into_iter()
            .filter(|unit| !weight(kind, *unit).is_nothing());
        counted
            .filter_map(|unit| Some(weight(kind, unit).of(self.belief(unit, subject)?.mean())))
            .sum()
    }

    /// Every unit that counts and has something to say.
    pub(super) fn units(&self, subject: &Subject<'_>) -> Vec<UnitScore> {
        let kind = self.request.recommendation_type;
        let counted = Unit::ALL
            .into_iter()
            .filter(|unit| !weight(kind, *unit).is_nothing());
        let said = counted.filter_map(|unit| {
            let belief = self.belief(unit, subject)?;
            let (mean, interval) = (belief.mean(), belief.interval());
            let (evidence, reason) = self.reason(unit, subject);
            Some(UnitScore {
                unit,
                mean,
                low: interval.low,
                high: interval.high,
                evidence,
                weight: factor(kind, unit, mean),
                reason,
            })
        });
        said.collect()
    }

    /// What a unit believes of a release; nothing where it has nothing to say.
    fn belief(&self, unit: Unit, subject: &Subject<'_>) -> Option<Belief> {
        let known = subject.evidence;
        Some(match unit {
            Unit::Recency => Belief::Certain(recency(subject)),
            Unit::Age => Belief::Certain(age(self.years_behind(subject)?)),
            Unit::Installability => {
                Belief::Rate(known.map_or_else(Posterior::default, |known| self.trials(known)))
            }
            Unit::Advisories => advisories(known?)?,
            Unit::SecurityIndicators => Belief::Certain(analyses(&known?.analyses)?),
            Unit::Yanked => subject.candidate.yanked.then_some(Belief::Certain(-1.0))?,
            Unit::Licence => self.licence(known?)?,
            Unit::Popularity => {
                let dependents = known?.dependents? as f64;
                Belief::Certain(-HALF_POPULAR / (dependents + HALF_POPULAR))
            }
            Unit::Performance => performance(known?)?,
            // Of several releases together: terms.
            Unit::Pairs | Unit::Stacks => return None,
        })
    }

    fn trials(&self, known: &Evidence) -> Posterior {
        let mut rate = Posterior::default();
        for trial in &known.trials {
            let similarity = trial.place.similarity(&self.request.environment);
            let share = if trial.passed {
                1.0
            } else {
                1.0 / f64::from(trial.shared_by.max(1))
            };
            rate.add(trial.passed, similarity * share);
        }
        rate
    }

    fn licence(&self, known: &Evidence) -> Option<Belief> {
        let policy = &self.request.policy.licences;
        let stated = known.licence.as_ref().filter(|_| !policy.is_empty())?;
        Some(match verdict(policy, stated).0 {
            Verdict::Permitted => Belief::Certain(0.0),
            Verdict::Refused => Belief::Certain(-1.0),
            Verdict::Unknown => Belief::Within(-0.5, Interval { low: -1.0, high: 0.0 }),
        })
    }

    fn years_behind(&self, subject: &Subject<'_>) -> Option<f64> {
        let published = subject.candidate.published_at.as_deref().and_then(years)?;
        Some((self.present? - published).max(0.0))
    }

    /// How much a belief rests on, and why, in words.
    fn reason(&self, unit: Unit, subject: &Subject<'_>) -> (u64, Reason) {
        let nothing = Evidence::default();
        let known = subject.evidence.unwrap_or(&nothing);
        match unit {
            Unit::Recency => (0, Reason::new("RECENCY", rank(subject.rank, subject.size))),
            Unit::Age => {
                let behind = self.years_behind(subject).unwrap_or_default();
                let message = format!("published {behind:.1} years before the newest release in reach");
                (0, Reason::new("AGE", message))
            }
            Unit::Installability => self.why_trials(known),
            Unit::Advisories => why_advisories(known),
            Unit::SecurityIndicators => {
                let tools: Vec<&str> = known.analyses.iter().map(|one| one.tool.as_str()).collect();
                let message = format!("findings of {}, weighed by severity and size", tools.join(", "));
                let keys = known.analyses.iter().map(|one| one.key.clone());
                let reason = Reason::new("FINDINGS", message).with_evidence(keys.take(KEYS));
                (known.analyses.len() as u64, reason)
            }
            Unit::Yanked => (
                0,
                Reason::new("YANKED", "withdrawn from its index, and pinned by the request"),
            ),
            Unit::Licence => {
                let stated = known.licence.clone().unwrap_or_default();
                let (verdict, licence) = verdict(&self.request.policy.licences, &stated);
                let said = match verdict {
                    Verdict::Permitted => "is permitted",
                    Verdict::Refused => "is refused by the policy",
                    Verdict::Unknown => return (0, Reason::new("LICENCE", licence)),
                };
                (0, Reason::new("LICENCE", format!("its licence {licence} {said}")))
            }
            Unit::Popularity => {
                let dependents = known.dependents.unwrap_or_default();
                let message = format!("{dependents} requirement lines of other releases name the package");
                (0, Reason::new("POPULARITY", message))
            }
            Unit::Performance => why_performance(known),
            Unit::Pairs | Unit::Stacks => (0, Reason::new("TOGETHER", "said of releases together")),
        }
    }

    fn why_trials(&self, known: &Evidence) -> (u64, Reason) {
        let count = known.trials.len();
        if count == 0 {
            return (0, Reason::new("UNOBSERVED", "nobody was seen to install it"));
        }
        let passed = known.trials.iter().filter(|trial| trial.passed).count();
        let Posterior { passes, failures } = self.trials(known);
        let here = passes + failures;
        let message = format!(
            "worked in {passed} of {count} observations, which count as {passes:.1} of {here:.1} here"
        );
        // Failures first: they are what one wants to look at.
        let failed = known.trials.iter().filter(|trial| !trial.passed);
        let keys = failed.chain(known.trials.iter().filter(|trial| trial.passed));
        let keys = keys.take(KEYS).map(|trial| trial.key.clone());
        (count as u64, Reason::new("OBSERVED", message).with_evidence(keys))
    }
}

fn recency(subject: &Subject<'_>) -> f64 {
    let last = subject.size.saturating_sub(1);
    if last == 0 {
        0.0
    } else {
        -(subject.rank as f64) / last as f64
    }
}

/// Where a release stands among the legal ones of its package.
pub(crate) fn rank(rank: usize, size: usize) -> String {
    match (rank, size) {
        (_, 1) => "the only legal release".to_owned(),
        (0, _) => format!("newest of {size} legal releases"),
        _ => format!("number {} from the newest of {size} legal releases", rank + 1),
    }
}

fn age(behind: f64) -> f64 {
    -behind / (behind + HALF_LIFE_YEARS)
}

/// A time of RFC 3339 in years, by the calendar.
fn years(time: &str) -> Option<f64> {
    let number = |range: std::ops::Range<usize>| time.get(range)?.parse::<f64>().ok();
    Some(number(0..4)? + (number(5..7)? - 1.0) / 12.0 + (number(8..10)? - 1.0) / 366.0)
}

fn advisories(known: &Evidence) -> Option<Belief> {
    if known.advisories.is_empty() {
        return None;
    }
    let distrust = |unrated: f64| {
        let trust = known
            .advisories
            .iter()
            .map(|one| 1.0 - one.severity.unwrap_or(unrated).clamp(0.0, WORST) / WORST);
        trust.product::<f64>() - 1.0
    };
    let interval = Interval {
        low: distrust(WORST),
        high: distrust(0.0),
    };
    Some(Belief::Within(distrust(UNRATED), interval))
}

fn why_advisories(known: &Evidence) -> (u64, Reason) {
    let mut worst: Vec<_> = known.advisories.iter().collect();
    worst.sort_by(|left, right| {
        let severity = |one: &super::Affecting| one.severity.unwrap_or(UNRATED);
        severity(right)
            .total_cmp(&severity(left))
            .then_with(|| left.id.cmp(&right.id))
    });
    let told = worst.iter().take(3).map(|one| {
        let severity = one
            .severity
            .map_or("unrated".to_owned(), |severity| format!("{severity:.1}"));
        let fixed = match one.fixed_in.as_slice() {
            [] => "not fixed".to_owned(),
            versions => format!("fixed in {}", versions.join(", ")),
        };
        format!("{} ({severity}, {fixed})", one.id)
    });
    let mut message = format!("affected by {}", told.collect::<Vec<_>>().join(", "));
    if worst.len() > 3 {
        message.push_str(&format!(" and {} more", worst.len() - 3));
    }
    let keys = worst.iter().take(KEYS).map(|one| one.id.clone());
    (
        worst.len() as u64,
        Reason::new("ADVISORY", message).with_evidence(keys),
    )
}

/// The mean over the analyses that count findings; nothing where none does.
fn analyses(found: &[Analysis]) -> Option<f64> {
    let rated: Vec<f64> = found.iter().filter_map(|one| findings(&one.figures)).collect();
    if rated.is_empty() {
        return None;
    }
    Some(rated.iter().sum::<f64>() / rated.len() as f64)
}

fn findings(figures: &BTreeMap<String, f64>) -> Option<f64> {
    let mut weighted = None;
    for (severity, heavy) in SEVERITIES {
        for (confidence, sure) in CONFIDENCES {
            if let Some(count) = figures.get(&format!("SEVERITY.{severity}__CONFIDENCE.{confidence}")) {
                *weighted.get_or_insert(0.0) += count.max(0.0) * heavy * sure;
            }
        }
    }
    let lines = figures.get("loc").copied().unwrap_or_default().max(LINES);
    let density = weighted? * LINES / lines;
    Some(-density / (density + 1.0))
}

fn performance(known: &Evidence) -> Option<Belief> {
    let mut rate = Posterior::default();
    for one in &known.comparisons {
        rate.add(true, one.better * one.runs as f64);
        rate.add(false, (1.0 - one.better) * one.runs as f64);
    }
    (!known.comparisons.is_empty()).then_some(Belief::Rate(rate))
}

fn why_performance(known: &Evidence) -> (u64, Reason) {
    let told = known.comparisons.iter().take(3).map(|one| {
        format!(
            "{}: better in {:.0} % of {} comparable runs",
            one.metric,
            one.better * 100.0,
            one.runs
        )
    });
    let message = told.collect::<Vec<_>>().join("; ");
    let keys = known
        .comparisons
        .iter()
        .flat_map(|one| one.keys.iter().cloned())
        .take(KEYS);
    let runs = known.comparisons.iter().map(|one| one.runs).sum();
    (runs, Reason::new("PERFORMANCE", message).with_evidence(keys))
}
