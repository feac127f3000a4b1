//! Requirements files.

use std::collections::BTreeMap;

use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::requirements_file::{MAX_LINES, MAX_NESTED_FILES, RequirementsFile};

fn read_files(files: &BTreeMap<String, String>, first: &str) -> Result<RequirementsFile, Fault> {
    let mut read = |path: &str| {
        files
            .get(path)
            .cloned()
            .ok_or_else(|| Fault::new(ErrorCode::IoError, format!("{path} cannot be read")))
    };
    let variable = |name: &str| (name == "TOKEN").then(|| "secret".to_owned());
    RequirementsFile::parse(first, &files[first], &mut read, &variable)
}

fn read(text: &str) -> Result<RequirementsFile, Fault> {
    read_files(&BTreeMap::from([("r.txt".to_owned(), text.to_owned())]), "r.txt")
}

fn names(entries: &[thoth_schema::requirements_file::FileRequirement]) -> Vec<String> {
    entries
        .iter()
        .map(|entry| entry.requirement.text.clone())
        .collect()
}

#[test]
fn a_file_is_read() {
    let file = read(
        "# comment\n-i https://${TOKEN}@index.test/${token}/${UNSET}\n--extra-index-url=https://other.test\n--pre\n\
         --no-binary a,b\n--only-binary=:all:\n\nflask>=1.0 # why\n\
         jinja2==2.0 ; python_version < '3' \\\n    --hash=sha256:00ff \\\n    --hash sha256:11\nclick[x] \\\n  >=7\n",
    )
    .unwrap();
    assert_eq!(
        file.index_url.as_deref(),
        Some("https://secret@index.test/${token}/${UNSET}")
    );
    assert_eq!(file.extra_index_urls, ["https://other.test"]);
    assert!(file.pre);
    assert_eq!(file.no_binary, ["a", "b"]);
    assert_eq!(file.only_binary, [":all:"]);
    assert_eq!(
        names(&file.requirements),
        [
            "flask>=1.0",
            "jinja2==2.0 ; python_version < '3'",
            "click[x]   >=7"
        ]
    );
    assert_eq!(file.requirements[1].hashes, ["sha256:00ff", "sha256:11"]);
    assert_eq!(
        file.requirements
            .iter()
            .map(|entry| entry.line)
            .collect::<Vec<usize>>(),
        [8, 9, 12]
    );
}

#[test]
fn nested_files_are_found_beside_the_file_that_names_them() {
    let files = [
        ("a/r.txt", "-r b/more.txt\n-c ../c.txt\nx"),
        ("a/b/more.txt", "y\n-r../z.txt"),
        ("a/z.txt", "z"),
        ("c.txt", "w<2"),
    ];
    let files = files
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into();
    let file = read_files(&files, "a/r.txt").unwrap();
    assert_eq!(names(&file.requirements), ["y", "z", "x"]);
    assert_eq!(names(&file.constraints), ["w<2"]);
    assert_eq!(file.requirements[1].file, "a/z.txt");
}

#[test]
fn faults_name_file_and_line() {
    for (text, code) in [
        ("\nflask>=x", ErrorCode::InvalidSpecifier),
        ("\nflask; nope == 'x'", ErrorCode::InvalidMarker),
        ("\n>=1", ErrorCode::InvalidRequirement),
        ("\n--frobnicate", ErrorCode::InvalidRequirement),
        ("\n-r", ErrorCode::InvalidRequirement),
        ("\nflask --hash=md5:00", ErrorCode::InvalidRequirement),
        ("\nflask --config-settings x", ErrorCode::InvalidRequirement),
        ("\n-e .", ErrorCode::UnsupportedRequirement),
        (
            "\n./wheels/a-1.0-py3-none-any.whl",
            ErrorCode::UnsupportedRequirement,
        ),
        ("\nhttps://index.test/a.zip", ErrorCode::UnsupportedRequirement),
        (
            "\na @ https://index.test/a.zip",
            ErrorCode::UnsupportedRequirement,
        ),
        ("\n-f links", ErrorCode::UnsupportedRequirement),
        ("\n-r absent.txt", ErrorCode::IoError),
        ("\n-r r.txt", ErrorCode::InvalidRequirement),
    ] {
        let fault = read(text).unwrap_err();
        assert_eq!(
            (fault.code, fault.pointer.as_deref()),
            (code, Some("r.txt:2")),
            "{text:?}: {fault}"
        );
    }
}

#[test]
fn nesting_is_limited() {
    let chain = |length: usize| {
        let files: BTreeMap<String, String> = (0..length)
            .map(|file| (file.to_string(), format!("-r {}", file + 1)))
            .chain([(length.to_string(), String::new())])
            .collect();
        read_files(&files, "0")
    };
    chain(MAX_NESTED_FILES - 1).unwrap();
    assert_eq!(
        chain(MAX_NESTED_FILES).unwrap_err().code,
        ErrorCode::LimitExceeded
    );
}

#[test]
fn lines_are_limited() {
    let of = |lines: usize| read_files(&BTreeMap::from([("0".to_owned(), "#\n".repeat(lines))]), "0");
    of(MAX_LINES).unwrap();
    assert_eq!(of(MAX_LINES + 1).unwrap_err().code, ErrorCode::LimitExceeded);
}
