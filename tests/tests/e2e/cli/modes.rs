//! `thoth advise` beyond one advice: `--explain`, `--repair`, several environments, `--plot`.

use serde_json::{Value, json};
use thoth_schema::environment::{Environment, Platform};

use super::{Place, expect_fault, record, records};

fn lines(records: &[Value]) -> String {
    records.iter().map(|record| record.to_string() + "\n").collect()
}

#[test]
fn explain_tells_every_release_of_a_package() {
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    let output = place
        .thoth([
            "advise",
            "app",
            "lib<2",
            "--knowledge",
            &file,
            "--explain",
            "lib",
            "--explain",
            "app==1.0",
        ])
        .run()
        .expect_code(0);
    assert!(
        output.stdout.contains("lib 1.0 is part of the stack"),
        "{}",
        output.stdout
    );
    assert!(
        output
            .stdout
            .contains("2.0 (conflict): the request requires lib<2"),
        "{}",
        output.stdout
    );
    assert!(
        output
            .stdout
            .contains("1.0 (score): the best stack with it scores -2 instead of -1, 1 less"),
        "{}",
        output.stdout
    );
    let answer = place
        .thoth([
            "advise",
            "app",
            "lib<2",
            "--knowledge",
            &file,
            "--explain",
            "app",
            "--format",
            "json",
        ])
        .run()
        .expect_code(0)
        .json();
    let rejections = answer["rejections"].as_array().unwrap();
    let brief: Vec<(&str, &str, &str)> = rejections
        .iter()
        .map(|one| {
            let text = |field: &str| one[field].as_str().unwrap();
            (text("package"), text("version"), text("kind"))
        })
        .collect();
    assert_eq!(brief, [("lib", "2.0", "conflict"), ("app", "1.0", "score")]);
    assert_eq!(rejections[1]["regret"], 1.0);
    assert_eq!(rejections[1]["proven"], true);
    let output = place
        .thoth(["advise", "app", "--knowledge", &file, "--explain", "app==x"])
        .run();
    expect_fault(&output, "INVALID_VERSION");
}

#[test]
fn repair_removes_an_advisory_by_the_smallest_change() {
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    let advisory = json!({
        "id": "OSV-TEST-1", "modified": "2021-01-01T00:00:00Z", "published": "2021-01-01T00:00:00Z",
        "affected": [{"package": {"ecosystem": "PyPI", "name": "lib"},
                      "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}]}],
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    });
    let advisories = place.file("osv.jsonl", lines(&[advisory]));
    let lock = place.file("lock.txt", "app==2.0\nlib==1.0\n");
    let arguments = [
        "advise",
        "app",
        "--knowledge",
        &file,
        "--knowledge",
        &advisories,
        "--repair",
        &lock,
    ];
    let output = place.thoth(arguments).run().expect_code(0);
    for part in [
        "repaired: 1 advisories of severity low or above before, 0 after",
        "fixed in 2.0",
        "lib 2.0 requires other",
    ] {
        assert!(output.stdout.contains(part), "{part}: {}", output.stdout);
    }
    let answer = place
        .thoth(arguments)
        .args(["--severity", "critical", "--format", "json"])
        .run()
        .expect_code(0)
        .json();
    let changes: Vec<(&str, &Value, &Value)> = answer["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["package"].as_str().unwrap(), &one["from"], &one["to"]))
        .collect();
    assert_eq!(
        changes,
        [
            ("lib", &json!("1.0"), &json!("2.0")),
            ("other", &Value::Null, &json!("1.0"))
        ]
    );
    assert_eq!(
        (&answer["minimal"], &answer["remaining"]),
        (&json!(true), &json!([]))
    );
    let output = place
        .thoth(arguments)
        .args(["--format", "requirements"])
        .run()
        .expect_code(0);
    assert!(
        output.stdout.contains("lib==2.0 \\\n    --hash=sha256:"),
        "{}",
        output.stdout
    );
    let loose = place.file("loose.txt", "lib>=1\n");
    let output = place
        .thoth(["advise", "--knowledge", &file, "--repair", &loose])
        .run();
    expect_fault(&output, "INVALID_ARGUMENT");
}

#[test]
fn two_environments_get_one_file() {
    let place = Place::new();
    let records = lines(&[
        record("app", "1.0", &["lib", "backport; python_version < '3.10'"]),
        record("lib", "1.0", &[]),
        record("lib", "2.0", &[]),
        record("backport", "1.0", &[]),
    ]);
    let file = place.file("records.jsonl", records);
    let environment = |python: &str| {
        let environment = Environment::for_platform(Platform::LinuxX86_64, python).unwrap();
        place.file(&format!("py{python}.json"), environment.to_json().to_string())
    };
    let (old, new) = (environment("3.9"), environment("3.11"));
    let arguments = [
        "advise",
        "app",
        "--knowledge",
        &file,
        "--environment",
        &old,
        "--environment",
        &new,
    ];
    let output = place
        .thoth(arguments)
        .args(["--format", "requirements"])
        .run()
        .expect_code(0);
    let pins: Vec<&str> = output
        .stdout
        .lines()
        .filter(|line| line.contains("==") && !line.starts_with(' '))
        .collect();
    assert_eq!(
        pins,
        [
            "app==1.0 \\",
            "backport==1.0 ; python_version == '3.9' \\",
            "lib==2.0 \\"
        ],
        "{}",
        output.stdout
    );
    let answer = place
        .thoth(arguments)
        .args(["--format", "json"])
        .run()
        .expect_code(0)
        .json();
    assert_eq!(
        (&answer["outcome"], &answer["minimal"]),
        (&json!("one_lock"), &json!(true))
    );
    assert_eq!(answer["environments"].as_array().unwrap().len(), 2);
}

#[test]
fn a_plot_is_a_picture_with_words() {
    let place = Place::new();
    let file = place.file("records.jsonl", records());
    let picture = place.path("run.svg").display().to_string();
    place
        .thoth(["advise", "app", "--knowledge", &file, "--plot", &picture])
        .run()
        .expect_code(0);
    let svg = std::fs::read_to_string(&picture).unwrap();
    assert!(
        svg.starts_with("<svg ") && svg.contains("proven optimal") && svg.trim_end().ends_with("</svg>"),
        "{svg}"
    );
}
