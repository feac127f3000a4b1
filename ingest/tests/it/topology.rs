//! The table of queues is the file that the broker imports.

use crate::support::workspace_file;
use thoth_ingest::topology::definitions;

#[test]
fn the_definitions_file_is_the_topology() {
    let path = workspace_file("deploy/rabbitmq/definitions.json");
    let expected = serde_json::to_string_pretty(&definitions()).unwrap() + "\n";
    if std::env::var_os("THOTH_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &expected).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        written,
        expected,
        "run the test with THOTH_BLESS=1 to write {}",
        path.display()
    );
}
