//! Checked-in contracts against the code; `THOTH_BLESS=1` rewrites them.

use std::path::{Path, PathBuf};

use thoth_schema::error::{ErrorCode, Fault, markdown_table};

fn compare(path: &Path, text: &str) {
    if std::env::var_os("THOTH_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == text,
        "{} is out of date: run the tests once with THOTH_BLESS=1",
        path.display()
    );
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn schemas_are_up_to_date() {
    for (name, text) in thoth_schema::contracts::schemas().unwrap() {
        compare(&root().join("documents").join(name), &text);
    }
}

#[test]
fn the_table_of_errors_is_up_to_date() {
    let text = format!(
        "# Error codes\n\nThe closed table, generated from `schema/src/error.rs`. A fault is written as\n\
         `CODE: message (at pointer); remedy`; APIs answer with the code, queues keep it with the dead letter.\n\n{}",
        markdown_table()
    );
    compare(&root().join("../docs/errors.md"), &text);
}

#[test]
fn the_table_is_consistent() {
    for code in ErrorCode::ALL {
        assert_eq!(ErrorCode::parse(code.code()), Some(*code));
        assert!(
            code.code()
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        );
        assert!((400..600).contains(&code.http_status()), "{code}");
        assert_eq!(code.exit_code(), 2);
        assert!(!code.meaning().ends_with('.'));
        assert_eq!(serde_json::to_value(code).unwrap(), code.code());
    }
    assert_eq!(ErrorCode::parse("NO_SUCH_CODE"), None);
}

#[test]
fn faults_read_as_sentences() {
    let fault = Fault::new(ErrorCode::SchemaViolation, "a number was expected")
        .at("/a/0")
        .remedy("write one");
    assert_eq!(
        fault.to_string(),
        "SCHEMA_VIOLATION: a number was expected (at /a/0); write one"
    );
    assert_eq!(
        Fault::new(ErrorCode::Internal, "no").at("").to_string(),
        "INTERNAL: no"
    );
}
