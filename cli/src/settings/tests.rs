#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;

fn process(variables: &[(&str, &str)]) -> Process {
    let home = [("HOME", "/home/somebody")];
    let variables = home.iter().chain(variables);
    Process {
        variables: variables
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        folder: std::env::temp_dir(),
    }
}

fn shown<'settings>(settings: &'settings Settings, name: &str) -> (Option<String>, &'settings str) {
    let shown = settings
        .shown()
        .into_iter()
        .find(|shown| shown.key.name == name)
        .unwrap();
    (shown.value, shown.origin)
}

fn fault(variables: &[(&str, &str)], flags: &[Override]) -> Fault {
    match Settings::read(None, flags, &process(variables)) {
        Ok(settings) => panic!("nothing is wrong with {settings:?}"),
        Err(fault) => fault,
    }
}

fn written(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn defaults_lie_below_the_data_folder() {
    let settings = Settings::read(None, &[], &process(&[])).unwrap();
    let graph = Some("embedded:/home/somebody/.local/share/thoth/graph".to_owned());
    assert_eq!(shown(&settings, "graph.url"), (graph, "default"));
    let store = Some("file:///home/somebody/.local/share/thoth/documents".to_owned());
    assert_eq!(shown(&settings, "store.url"), (store, "default"));
    assert_eq!(shown(&settings, "broker.url"), (None, "default"));

    let settings = Settings::read(None, &[], &process(&[("XDG_DATA_HOME", "/data")])).unwrap();
    assert_eq!(settings.data_folder(), Path::new("/data/thoth"));
    let settings = Settings::read(None, &[], &process(&[("THOTH_DATA_FOLDER", "/other")])).unwrap();
    assert_eq!(settings.store().url, "file:///other/documents");
}

#[test]
fn flags_win_over_variables_and_variables_over_the_file() {
    let file = written(
        "[graph]\nurl = \"embedded:/file\"\nuser = \"file\"\nconnections = 3\n[broker]\nprefetch = 2\n",
    );
    let process = process(&[
        ("THOTH_GRAPH_USER", "variable"),
        ("THOTH_GRAPH_URL", "embedded:/variable"),
    ]);
    let flags = [("graph.url", "embedded:/flag".to_owned(), "--graph")];
    let settings = Settings::read(Some(file.path()), &flags, &process).unwrap();
    assert_eq!(
        shown(&settings, "graph.url"),
        (Some("embedded:/flag".to_owned()), "flag --graph")
    );
    assert_eq!(
        shown(&settings, "graph.user"),
        (Some("variable".to_owned()), "variable THOTH_GRAPH_USER")
    );
    let (connections, origin) = shown(&settings, "graph.connections");
    assert_eq!(connections.unwrap(), "3");
    assert!(origin.starts_with("file "), "{origin}");
}

#[test]
fn unknown_keys_are_named_with_their_neighbours() {
    let unknown = fault(&[("THOTH_GRPAH_URL", "x")], &[]);
    assert_eq!(unknown.code, ErrorCode::InvalidConfiguration);
    assert!(unknown.remedy.unwrap().contains("THOTH_GRAPH_URL"));

    let file = written("[graph]\nulr = \"embedded:/x\"\n");
    let unknown = Settings::read(Some(file.path()), &[], &process(&[])).unwrap_err();
    assert!(unknown.message.contains("graph.ulr"), "{unknown}");
    assert!(unknown.remedy.unwrap().contains("graph.url"));
    Settings::read(
        None,
        &[],
        &process(&[("THOTH_TEST_AMQP_URL", "x"), ("THOTH_BLESS", "1")]),
    )
    .unwrap();
}

#[test]
fn values_that_are_not_allowed_are_refused_at_their_origin() {
    for (variable, value) in [
        ("THOTH_GRAPH_URL", "http://graph"),
        ("THOTH_GRAPH_CONNECTIONS", "0"),
        ("THOTH_GRAPH_CONNECTIONS", "1001"),
        ("THOTH_SERVER_LISTEN", "8080"),
        ("THOTH_LOG_LEVEL", "loud"),
        ("THOTH_INGEST_DOCUMENT_BYTES", "many"),
    ] {
        let fault = fault(&[(variable, value)], &[]);
        assert_eq!(fault.code, ErrorCode::InvalidConfiguration, "{variable}={value}");
        assert!(fault.message.contains(value), "{fault}");
        assert!(fault.remedy.is_some() && fault.pointer.is_some(), "{fault}");
    }
    for accepted in ["1", "1000"] {
        Settings::read(None, &[], &process(&[("THOTH_GRAPH_CONNECTIONS", accepted)])).unwrap();
    }
    let file = written("graph = [1\n");
    let broken = Settings::read(Some(file.path()), &[], &process(&[])).unwrap_err();
    assert_eq!(broken.code, ErrorCode::InvalidConfiguration);
    assert!(!broken.message.contains('\n'));
    let absent = Settings::read(Some(Path::new("/nowhere/thoth.toml")), &[], &process(&[])).unwrap_err();
    assert_eq!(absent.code, ErrorCode::IoError);
}

#[test]
fn secrets_are_masked() {
    let variables = [
        ("THOTH_GRAPH_PASSWORD", "hush"),
        ("THOTH_BROKER_URL", "amqp://thoth:hu@sh@broker:5672/%2f"),
    ];
    let settings = Settings::read(None, &[], &process(&variables)).unwrap();
    assert_eq!(shown(&settings, "graph.password").0.unwrap(), "***");
    assert_eq!(
        shown(&settings, "broker.url").0.unwrap(),
        "amqp://thoth:***@broker:5672/%2f"
    );
    assert_eq!(masked_url("bolt://graph:7687"), "bolt://graph:7687");
}

#[test]
fn the_documentation_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let text = keys::documentation();
    if std::env::var_os("THOTH_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap_or_default(),
        text,
        "run with THOTH_BLESS=1 to write it anew"
    );
}
