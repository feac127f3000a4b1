//! What is said: conflicts in sentences, missing knowledge, reasons, the shape of the JSON.

use thoth_adviser::{Advice, Outcome, PredictorName, Request, Universe, advise};

use crate::loader::{Loader, cases, inline};

fn advice(index: serde_json::Value, requirements: &[&str]) -> (Universe, Request, Advice) {
    let (universe, request) = inline(index, requirements);
    let advice = advise(&universe, &request).expect("an advice");
    (universe, request, advice)
}

#[test]
fn a_conflict_of_two_is_told_in_full() {
    let index = serde_json::json!({
        "flask": { "2.2": { "requires_dist": ["werkzeug>=2.2"] }, "2.3": { "requires_dist": ["werkzeug>=2.2"] }, "1.0": {} },
        "werkzeug": { "1.0": {}, "2.2": {}, "2.3": {} },
        "other": { "1.0": {} },
    });
    let (_, _, advice) = advice(index, &["other", "flask>=2.2", "werkzeug<2"]);
    assert_eq!(advice.outcome, Outcome::Unsatisfiable);
    let conflict = advice.conflict.expect("a conflict");
    assert_eq!(conflict.requirements, ["flask>=2.2", "werkzeug<2"]);
    println!("{:#?}", conflict.sentences);
    let last = conflict.sentences.last().expect("a conclusion");
    assert!(
        last.ends_with("flask>=2.2 and werkzeug<2 cannot be met together."),
        "{last}"
    );
    assert!(
        conflict
            .sentences
            .iter()
            .any(|one| one.contains("requires werkzeug>=2.2") || one.contains("require werkzeug>=2.2"))
    );
}

#[test]
fn what_excludes_releases_is_named() {
    let index = serde_json::json!({
        "a": { "1.0": { "requires_python": ">=3.12" }, "2.0": { "requires_python": ">=3.13" } },
        "b": { "1.0": { "yanked": true } },
        "c": { "1.0": {}, "1.1rc1": {} },
    });
    for (text, wanted) in [
        ("a", "every release that meets a needs another Python than 3.11"),
        ("b", "the only release that meets b is yanked"),
        (
            "c>1.0",
            "the only release that meets c>1.0 is a pre-release nobody asked for",
        ),
        ("c<0", "no known release of c that installs here meets c<0"),
    ] {
        let (_, _, advice) = advice(index.clone(), &[text]);
        let conflict = advice.conflict.expect("a conflict");
        println!("{:?}", conflict.sentences);
        assert!(conflict.sentences[0].contains(wanted), "{:?}", conflict.sentences);
        assert_eq!(conflict.requirements, [text]);
    }
}

#[test]
fn missing_knowledge_is_listed() {
    let index = serde_json::json!({ "a": { "1.0": { "requires_dist": ["nobody>=1"] }, "2.0": { "requires_dist": ["nobody>=1"] } } });
    let (_, _, advice) = advice(index, &["a"]);
    assert_eq!(advice.outcome, Outcome::NeedsKnowledge);
    let missing = &advice.missing[0];
    assert_eq!(
        (
            missing.package.as_str(),
            missing.specifier.as_str(),
            missing.required_by.as_str()
        ),
        ("nobody", ">=1", "a==2.0")
    );
    assert_eq!(advice.missing.len(), 1);
}

#[test]
fn reasons_and_shape() {
    let index = serde_json::json!({
        "a": { "1.0": { "requires_dist": ["b[z]<2"] }, "2.0": { "requires_dist": ["b[z]<2"] } },
        "b": { "1.0": {}, "1.5": {}, "2.0": {} },
    });
    let (_, _, advice) = advice(index, &["a"]);
    let text = serde_json::to_value(&advice).expect("JSON");
    assert_eq!(text["outcome"], "advised");
    assert_eq!(text["search"]["stacksInSpace"], 4);
    assert_eq!(text["search"]["predictor"], "exact");
    assert_eq!(text["conflict"], serde_json::Value::Null);
    let pin = &text["stacks"][0]["pins"][1];
    assert_eq!(
        (pin["version"].as_str(), pin["score"].as_f64()),
        (Some("1.5"), Some(0.5))
    );
    assert_eq!(pin["extras"], serde_json::json!(["z"]));
    assert_eq!(pin["reasons"][0]["code"], "RECENCY");
    assert_eq!(
        pin["reasons"][1]["message"],
        "2.0 is newer, but a 2.0 requires b[z]<2"
    );
    assert_eq!(text["stacks"][0]["reasons"][0]["code"], "PROVEN_OPTIMUM");
}

#[test]
fn large_counts_are_decimal_strings() {
    let mut index = serde_json::Map::new();
    let mut roots = Vec::new();
    for package in 0..160 {
        let versions: serde_json::Map<_, _> = (0..10)
            .map(|at| (format!("{at}.0"), serde_json::json!({})))
            .collect();
        index.insert(format!("q{package}"), versions.into());
        roots.push(format!("q{package}"));
    }
    let roots: Vec<&str> = roots.iter().map(String::as_str).collect();
    let (_, _, advice) = advice(index.into(), &roots);
    let text = serde_json::to_value(&advice).expect("JSON");
    let count = text["search"]["stacksInSpace"]
        .as_str()
        .expect("a decimal string");
    assert_eq!(count, format!("1{}", "0".repeat(160)));
}

#[test]
fn scores_that_are_no_numbers_are_refused() {
    let index = serde_json::json!({ "a": { "1.0": {} } });
    let (mut universe, request, _) = advice(index, &["a"]);
    for knowledge in universe.packages.values_mut() {
        knowledge.candidates[0].score = Some(f64::NAN);
    }
    let request = Request {
        scoring: thoth_adviser::Scoring::Given,
        predictor: PredictorName::Latest,
        ..request
    };
    assert_eq!(
        advise(&universe, &request).expect_err("a fault").code.code(),
        "INVALID_ARGUMENT"
    );
}

#[test]
fn conflicts_of_the_recorded_cases_read_well() {
    let mut loader = Loader::default();
    for suite in ["corpus", "packse", "pip-yaml", "poetry-mixology", "resolvelib"] {
        for case in cases(suite)
            .iter()
            .filter(|case| case["expected"]["resolvable"] == false)
        {
            let request = loader.request(case);
            let universe = loader.universe(case, &request);
            let conflict = advise(&universe, &request)
                .expect("an advice")
                .conflict
                .expect("a conflict");
            println!(
                "{} {:?}\n  {}",
                case["id"],
                conflict.requirements,
                conflict.sentences.join("\n  ")
            );
            assert!(conflict.sentences.len() <= 5, "{}", case["id"]);
            assert!(
                conflict
                    .sentences
                    .last()
                    .expect("a conclusion")
                    .contains("cannot be met"),
                "{}",
                case["id"]
            );
        }
    }
}

/// Requests that nothing meets, of every kind; the snapshot is read by people whenever it changes.
#[test]
fn conflicts_read_as_reviewed() {
    let needs = |texts: &[&str]| serde_json::json!({ "requires_dist": texts });
    let index = serde_json::json!({
        "flask": { "1.0": {}, "2.2.0": needs(&["werkzeug>=2.2"]), "2.2.2": needs(&["werkzeug>=2.2.2"]) },
        "werkzeug": { "1.0": {}, "2.2.0": {}, "2.2.1": {}, "2.2.2": {} },
        "pandas": { "1.0": needs(&["numpy<2"]), "2.0": needs(&["numpy<2"]) },
        "scipy": { "1.0": needs(&["numpy>=2"]), "2.0": needs(&["numpy>=2"]) },
        "numpy": { "1.26": {}, "2.0": {} },
        "only-new": { "1.0": { "requires_python": ">=3.13" } },
        "withdrawn": { "1.0": { "yanked": true }, "1.1": { "yanked": true } },
        "bleeding": { "1.0rc1": {}, "0.9": {} },
        "chain": { "1.0": needs(&["link[fast]"]) },
        "link": { "1.0": needs(&["end; extra == 'fast'"]), "2.0": needs(&["end==2; extra == 'fast'"]) },
        "end": { "1.0": needs(&["nowhere>=3"]), "2.0": needs(&["numpy>2"]) },
        "self-contradiction": { "1.0": needs(&["numpy<2", "numpy>=2"]) },
    });
    let asked: &[&[&str]] = &[
        &["flask>=2.2", "werkzeug<2"],
        &["flask==2.2.2", "werkzeug==2.2.1"],
        &["pandas", "scipy"],
        &["pandas==3", "scipy"],
        &["only-new"],
        &["withdrawn"],
        &["bleeding>0.9"],
        &["chain"],
        &["self-contradiction"],
        &["numpy<2", "numpy>=2"],
        &["nobody-knows"],
        &["flask>=2.2", "pandas", "werkzeug!=2.2.2,!=2.2.1", "scipy"],
    ];
    let mut told = String::new();
    for requirements in asked {
        let (_, _, advice) = advice(index.clone(), requirements);
        let conflict = advice.conflict.expect("a conflict");
        assert!(conflict.sentences.len() <= 5, "{requirements:?}");
        told += &format!("{}\n", requirements.join(", "));
        for sentence in conflict.sentences {
            told += &format!("    {sentence}\n");
        }
    }
    insta::assert_snapshot!(told);
}

/// Two ways through a row of packages, both of which end in a conflict with the request: the argument has to go
/// through every one of them.
#[test]
fn a_long_argument_is_told_in_five_sentences() {
    let mut index = serde_json::Map::new();
    let row = 8;
    for at in 0..row {
        let next = at + 1;
        let releases = serde_json::json!({
            "1.0": { "requires_dist": [format!("p{next}"), format!("q{at}==1.0")] },
            "2.0": { "requires_dist": [format!("p{next}"), format!("q{at}==2.0")] },
        });
        index.insert(format!("p{at}"), releases);
        let before = format!("q{}", at.max(1) - 1);
        let one = serde_json::json!({ "requires_dist": if at == 0 { Vec::new() } else { vec![format!("{before}==1.0")] } });
        let two = serde_json::json!({ "requires_dist": if at == 0 { Vec::new() } else { vec![format!("{before}==2.0")] } });
        index.insert(format!("q{at}"), serde_json::json!({ "1.0": one, "2.0": two }));
    }
    index.insert(
        format!("p{row}"),
        serde_json::json!({ "1.0": { "requires_dist": [format!("q{}==2.0", row - 1)] } }),
    );
    let (_, _, advice) = advice(index.into(), &["p0", "q0<2"]);
    let conflict = advice.conflict.expect("a conflict");
    println!("{:#?}", conflict.sentences);
    assert_eq!(conflict.requirements, ["p0", "q0<2"]);
    assert_eq!(conflict.sentences.len(), 5);
    assert!(conflict.sentences[0].starts_with("From what the request and the releases of "));
    assert!(conflict.sentences[4].ends_with("p0 and q0<2 cannot be met together."));
}
