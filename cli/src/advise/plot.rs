//! The course of a search as an SVG picture: scores, the best so far, the bound, and the temperature below.

use std::fmt::Write as _;

use thoth_adviser::{Advice, SearchTrace, TracePoint};

const WIDTH: f64 = 840.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 64.0;
/// Height of the panel of scores.
const SCORES: f64 = 320.0;
/// Height of the panel of temperatures.
const TEMPERATURE: f64 = 96.0;
/// Room below a panel for its ticks.
const TICKS: f64 = 56.0;
/// Ticks of an axis, about.
const TICKS_WANTED: f64 = 6.0;

/// Grey text and muted colours that read on white and on black; the page may say which it is.
const STYLE: &str = "text{font:13px sans-serif;fill:#555}.title{font-size:16px;font-weight:bold}.axis{stroke:#888}\
.grid{stroke:#888;stroke-opacity:.25}.stack{fill:#7a8aa0;fill-opacity:.5}.best{stroke:#1f77b4;stroke-width:2;fill:none}\
.bound{stroke:#d1495b;stroke-width:1.5;stroke-dasharray:6 4;fill:none}.heat{stroke:#d98a1f;stroke-width:1.5;fill:none}\
@media(prefers-color-scheme:dark){text{fill:#bbb}.best{stroke:#5aa9e6}.bound{stroke:#ef7a85}}";

/// One axis: values from `low` to `high` between two places.
#[derive(Debug, Clone, Copy)]
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// An axis that holds all values, with round ends.
    fn over(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        let (low, high) = match (low.is_finite(), high > low) {
            (true, true) => (low, high),
            (true, false) => (low - 0.5, low + 0.5),
            (false, _) => (0.0, 1.0),
        };
        let step = step(low, high);
        Self {
            low: (low / step).floor() * step,
            high: (high / step).ceil() * step,
            from,
            to,
        }
    }

    fn place(&self, value: f64) -> f64 {
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    fn ticks(&self) -> Vec<f64> {
        let step = step(self.low, self.high);
        let count = ((self.high - self.low) / step).round().max(1.0);
        let mut ticks = Vec::new();
        let mut at = 0.0;
        while at <= count {
            ticks.push(self.low + at * step);
            at += 1.0;
        }
        ticks
    }
}

/// 1, 2 or 5 times a power of ten, so that about as many steps as wanted fit.
fn step(low: f64, high: f64) -> f64 {
    let rough = (high - low) / TICKS_WANTED;
    let power = 10_f64.powf(rough.log10().floor());
    let lead = rough / power;
    let round = if lead <= 1.0 {
        1.0
    } else if lead <= 2.0 {
        2.0
    } else if lead <= 5.0 {
        5.0
    } else {
        10.0
    };
    round * power
}

/// A number on an axis, without needless digits.
fn label(value: f64) -> String {
    let size = value.abs();
    if size >= 1e6 {
        return format!("{}e6", shortest(value / 1e6));
    }
    shortest(value)
}

fn shortest(value: f64) -> String {
    let text = format!("{value:.4}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0" } else { short }.to_owned()
}

/// The picture of an advice; of a search that looks at no stack singly, what it proved.
pub(super) fn svg(advice: &Advice, trace: Option<&SearchTrace>) -> String {
    let points = trace.map(|trace| trace.points.as_slice()).unwrap_or_default();
    let heated = points.iter().any(|point| point.temperature.is_some());
    let height = TOP + SCORES + TICKS + if heated { TEMPERATURE + TICKS } else { 0.0 };
    let mut svg = String::new();
    head(&mut svg, advice, points, height);
    let last = points.last().map_or(1.0, |point| point.stacks as f64);
    let across = Axis::over([0.0, last].into_iter(), LEFT, WIDTH - RIGHT);
    scores(&mut svg, advice, points, across);
    if heated {
        temperature(&mut svg, points, across);
    }
    add(&mut svg, "</svg>");
    svg
}

/// Writing to a string cannot fail.
fn add(svg: &mut String, line: &str) {
    writeln!(svg, "{line}").ok();
}

fn head(svg: &mut String, advice: &Advice, points: &[TracePoint], height: f64) {
    let search = &advice.search;
    let best = advice.stacks.first().map(|stack| stack.score);
    let title = format!("Search by {}, seed {}", search.predictor, search.seed);
    let mut told = vec![match (best, search.optimal) {
        (Some(best), true) => format!("best score {}, proven optimal", shortest(best)),
        (Some(best), false) => format!("best score {}", shortest(best)),
        (None, _) => "no stack".to_owned(),
    }];
    if let Some(bound) = search.bound {
        told.push(format!("bound {}", shortest(bound)));
    }
    told.push(match points {
        [] => "no stack was scored singly".to_owned(),
        _ => format!("{} stacks scored", search.stacks_scored),
    });
    let told = told.join(" · ");
    add(
        svg,
        &format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
             height=\"{height}\" role=\"img\" aria-labelledby=\"title told\">"
        ),
    );
    add(svg, &format!("<title id=\"title\">{title}</title>"));
    add(svg, &format!("<desc id=\"told\">{told}</desc>"));
    add(svg, &format!("<style>{STYLE}</style>"));
    add(
        svg,
        &format!("<text class=\"title\" x=\"{LEFT}\" y=\"26\">{title}</text>"),
    );
    add(svg, &format!("<text x=\"{LEFT}\" y=\"46\">{told}</text>"));
}

fn scores(svg: &mut String, advice: &Advice, points: &[TracePoint], across: Axis) {
    let best = advice.stacks.first().map(|stack| stack.score);
    let bound = advice.search.bound;
    let scores = points.iter().flat_map(|point| [point.current, point.best]);
    let known = points.iter().filter_map(|point| point.bound);
    let values = scores.chain(known).chain(best).chain(bound);
    let up = Axis::over(values, TOP + SCORES, TOP);
    frame(svg, across, up, "score", "stacks scored");
    for point in points {
        let (x, y) = (across.place(point.stacks as f64), up.place(point.current));
        add(
            svg,
            &format!("<circle class=\"stack\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"1.5\"/>"),
        );
    }
    let course = |value: &dyn Fn(&TracePoint) -> Option<f64>| {
        let known = points
            .iter()
            .filter_map(|point| Some((point.stacks as f64, value(point)?)));
        known.collect::<Vec<(f64, f64)>>()
    };
    let bounds = course(&|point| point.bound);
    let bests = course(&|point| Some(point.best));
    let level = |value: Option<f64>| value.map(|value| vec![(across.low, value), (across.high, value)]);
    let bounds = if bounds.len() > 1 {
        Some(bounds)
    } else {
        level(bound)
    };
    let bests = if bests.len() > 1 { Some(bests) } else { level(best) };
    // The bound last: where it meets the best both are seen, one through the gaps of the other.
    steps(svg, "best", bests.as_deref().unwrap_or_default(), across, up);
    steps(svg, "bound", bounds.as_deref().unwrap_or_default(), across, up);
    let mut at = WIDTH - RIGHT;
    for (class, name, shown) in [
        ("bound", "bound", bounds.is_some()),
        ("best", "best so far", bests.is_some()),
    ] {
        if shown {
            at -= 116.0;
            let y = 42.0;
            add(svg, &format!("<path class=\"{class}\" d=\"M{at:.1} {y}h28\"/>"));
            add(
                svg,
                &format!("<text x=\"{:.1}\" y=\"{}\">{name}</text>", at + 34.0, y + 4.0),
            );
        }
    }
}

fn temperature(svg: &mut String, points: &[TracePoint], across: Axis) {
    let top = TOP + SCORES + TICKS;
    let heats: Vec<(f64, f64)> = points
        .iter()
        .filter_map(|point| Some((point.stacks as f64, point.temperature?)))
        .collect();
    let values = heats.iter().map(|(_, heat)| *heat).chain([0.0]);
    let up = Axis::over(values, top + TEMPERATURE, top);
    frame(svg, across, up, "temperature", "stacks scored");
    steps(svg, "heat", &heats, across, up);
}

/// A line that keeps its height until the next value.
fn steps(svg: &mut String, class: &str, course: &[(f64, f64)], across: Axis, up: Axis) {
    let Some(((x, y), rest)) = course.split_first() else {
        return;
    };
    let mut path = format!("M{:.1} {:.1}", across.place(*x), up.place(*y));
    for (x, y) in rest {
        write!(path, "H{:.1}V{:.1}", across.place(*x), up.place(*y)).ok();
    }
    add(svg, &format!("<path class=\"{class}\" d=\"{path}\"/>"));
}

/// Axes with ticks and what they measure.
fn frame(svg: &mut String, across: Axis, up: Axis, upwards: &str, rightwards: &str) {
    let (bottom, top) = (up.from, up.to);
    for tick in up.ticks() {
        let y = up.place(tick);
        add(
            svg,
            &format!(
                "<path class=\"grid\" d=\"M{:.1} {y:.1}H{:.1}\"/>",
                across.from, across.to
            ),
        );
        add(
            svg,
            &format!(
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                across.from - 8.0,
                y + 4.0,
                label(tick)
            ),
        );
    }
    for tick in across.ticks() {
        let x = across.place(tick);
        add(
            svg,
            &format!("<path class=\"axis\" d=\"M{x:.1} {bottom:.1}v5\"/>"),
        );
        add(
            svg,
            &format!(
                "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                bottom + 20.0,
                label(tick)
            ),
        );
    }
    add(
        svg,
        &format!(
            "<path class=\"axis\" fill=\"none\" d=\"M{:.1} {top:.1}V{bottom:.1}H{:.1}\"/>",
            across.from, across.to
        ),
    );
    let middle = f64::midpoint(top, bottom);
    add(
        svg,
        &format!(
            "<text text-anchor=\"middle\" transform=\"translate(18 {middle:.1}) rotate(-90)\">{upwards}</text>"
        ),
    );
    add(
        svg,
        &format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{rightwards}</text>",
            f64::midpoint(across.from, across.to),
            bottom + 40.0
        ),
    );
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    fn advice() -> Advice {
        let search = json!({"predictor": "random-walk", "seed": 7, "stacksInSpace": "12", "spaceIsExact": true,
            "stacksScored": 4, "bound": 2.5, "optimal": false, "millis": 1.0, "graphStatements": 1,
            "cacheHits": 0, "prunedShare": 0.0});
        let stack = json!({"score": 2.0, "pins": [], "reasons": []});
        serde_json::from_value(
            json!({"outcome": "advised", "stacks": [stack], "search": search, "conflict": null,
            "missing": [], "pruned": []}),
        )
        .unwrap()
    }

    #[test]
    fn a_course_has_dots_lines_ticks_and_words() {
        let point = |stacks: u64, current: f64, best: f64| TracePoint {
            stacks,
            current,
            best,
            temperature: Some(1.0 / stacks as f64),
            bound: Some(2.5),
        };
        let trace = SearchTrace {
            points: vec![point(1, 1.0, 1.0), point(2, 0.5, 1.0), point(4, 2.0, 2.0)],
        };
        let svg = svg(&advice(), Some(&trace));
        assert_eq!(svg.matches("<circle").count(), 3);
        for class in ["best", "bound", "heat"] {
            assert!(
                svg.contains(&format!("<path class=\"{class}\" d=\"M")),
                "{class}: {svg}"
            );
        }
        assert!(svg.contains("<title id=\"title\">Search by random-walk, seed 7</title>"));
        assert!(svg.contains("best score 2 · bound 2.5 · 4 stacks scored"));
        assert_eq!(svg.matches('<').count(), svg.matches('>').count());
        // 2.0 lies four fifths of the way up from 0.5 to 2.5, which are the ends of the axis.
        let up = Axis::over([0.5, 2.5].into_iter(), TOP + SCORES, TOP);
        assert!((up.place(2.0) - (TOP + SCORES / 4.0)).abs() < 1e-9, "{up:?}");
    }

    #[test]
    fn without_a_course_the_proof_is_drawn() {
        let svg = svg(&advice(), None);
        assert!(svg.contains("no stack was scored singly"));
        assert!(svg.contains("class=\"best\"") && svg.contains("class=\"bound\""));
        assert!(!svg.contains("<circle") && !svg.contains("temperature"));
    }

    #[test]
    fn ticks_are_round_and_cover_the_values() {
        for (low, high) in [
            (0.0, 1.0),
            (-0.37, 5.0416),
            (0.0, 70_000.0),
            (3.0, 3.0),
            (1e-9, 2e-9),
        ] {
            let axis = Axis::over([low, high].into_iter(), 0.0, 1.0);
            let ticks = axis.ticks();
            assert!(axis.low <= low && axis.high >= high, "{axis:?}");
            assert!((3..=13).contains(&ticks.len()), "{ticks:?}");
        }
        assert_eq!(
            [label(70_000.0), label(2_500_000.0), label(0.5), label(-0.0)],
            ["70000", "2.5e6", "0.5", "0"]
        );
    }
}
