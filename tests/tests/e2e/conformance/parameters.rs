//! The parameter sets of every statement of the catalogue, over the fixture.

use thoth_cypher::{Params, Value, map, params};
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::purl;
use thoth_schema::version::parse;

use super::fixture::{MIRROR, documents, sha256};

const PACKAGES: &[&str] = &[
    "web",
    "lib",
    "native",
    "shared",
    "loop",
    "only-pre",
    "unreadable",
    "speed",
    "colour",
    "backport",
    "test-tool",
    "typing-stuff",
    "either",
    "solved",
    "absent",
];

const VERSIONS: &[(&str, &str, Option<&str>)] = &[
    ("web", "1.0", None),
    ("web", "1.1", None),
    ("web", "2.0", None),
    ("web", "2.0", Some(MIRROR)),
    ("web", "2.1rc1", None),
    ("web", "3.0.dev1", None),
    ("native", "1.2", None),
    ("native", "1.3", None),
    ("lib", "0.9", None),
    ("lib", "1.0", None),
    ("lib", "1.5.post1", None),
    ("lib", "2.0", None),
    ("lib", "1!0.1", None),
    ("lib", "2.0", Some(MIRROR)),
    ("lib", "2.5", Some(MIRROR)),
    ("shared", "1.0", None),
    ("shared", "1.5", None),
    ("speed", "1.0", Some(MIRROR)),
    ("speed", "1.1+local.1", Some(MIRROR)),
    ("unreadable", "1.0", None),
    ("unreadable", "1.1", None),
    ("colour", "0.2", None),
    ("solved", "1.0", None),
    ("solved", "0.9", None),
    ("absent", "0.0.1", None),
    ("test-tool", "5.0", None),
];

/// The parameter sets of a statement; `None` for one that nobody thought of.
pub(super) fn sets(name: &str) -> Option<Vec<Params>> {
    if name.starts_with("checksum/") || name.starts_with("invariants/") {
        return Some(vec![params! {}]);
    }
    Some(match name {
        "read/migrations" | "read/statistics" => vec![params! {}],
        "read/artifacts_by_key" => keys(&(0..70).map(sha256).collect::<Vec<_>>()),
        "read/documents_by_key" | "read/documents_known" => keys(&document_keys()),
        "read/indexes_known" => keys(&["default", "nowhere", MIRROR, ""].map(str::to_owned)),
        "read/documents" => document_pages(),
        "read/package_count" => ["", "l", "lib", "zzz"]
            .map(|prefix| params! { "prefix" => prefix })
            .to_vec(),
        "read/packages" => package_pages(),
        "read/packages_by_key"
        | "read/requirement_intervals"
        | "read/versions_of_packages"
        | "read/dependent_counts_of_packages" => keys(&package_keys()),
        "read/artifacts_of_versions"
        | "read/dependent_counts_of_versions"
        | "read/requirements_of_versions"
        | "read/versions_by_key" => keys(&version_keys()),
        "read/dependents_of_packages" => pages(&package_keys()),
        "read/dependents_of_versions" => pages(&version_keys()),
        "prune/rules" => packages_of_rules(),
        "read/rules_by_key" => keys(&RULES.map(str::to_owned)),
        "prune/candidates" => candidates(),
        "prune/evidence_releases" | "prune/evidence_stacks" => super::evidence::sets(name),
        _ => {
            return super::security::sets(name)
                .or_else(|| super::retract::sets(name))
                .or_else(|| super::written::sets(name));
        }
    })
}

/// The key of a package.
pub(super) fn package(name: &str) -> String {
    purl::package_key(&name.parse().unwrap())
}

/// The key of a release.
pub(super) fn version(name: &str, version: &str, index: Option<&str>) -> String {
    purl::version_key(&name.parse().unwrap(), &parse(version).unwrap(), index)
}

pub(super) fn package_keys() -> Vec<String> {
    let native = super::images::NATIVE_PACKAGES.iter().map(|key| (*key).to_owned());
    PACKAGES.iter().map(|name| package(name)).chain(native).collect()
}

pub(super) fn version_keys() -> Vec<String> {
    VERSIONS
        .iter()
        .map(|(name, text, index)| version(name, text, *index))
        .chain(super::images::NATIVE_VERSIONS.iter().map(|key| (*key).to_owned()))
        .collect()
}

pub(super) fn document_keys() -> Vec<String> {
    documents().into_iter().map(|document| document.id).collect()
}

/// All, one, some with one twice, one that is not there, none.
pub(super) fn keys(all: &[String]) -> Vec<Params> {
    let some = vec![all[3].clone(), all[0].clone(), all[3].clone()];
    let lists = [
        all.to_vec(),
        vec![all[1].clone()],
        some,
        vec!["pkg:pypi/nowhere".to_owned()],
        Vec::new(),
    ];
    let mut reversed = all.to_vec();
    reversed.reverse();
    lists
        .into_iter()
        .chain([reversed])
        .map(|list| params! { "keys" => list })
        .collect()
}

fn document_pages() -> Vec<Params> {
    let mut all = document_keys();
    all.sort_unstable();
    let pages = [("", 100), ("", 3), (all[2].as_str(), 4), ("~", 5), ("", 0)];
    pages
        .map(|(after, limit)| params! { "after" => after, "limit" => i64::from(limit) })
        .to_vec()
}

fn package_pages() -> Vec<Params> {
    let pages = [
        ("", "", 100),
        ("", "", 3),
        ("", "lib", 5),
        ("l", "", 10),
        ("t", "test-tool", 10),
        ("zzz", "", 1),
        ("", "", 0),
    ];
    let page = |(prefix, after, limit): (&str, &str, i32)| {
        params! { "prefix" => prefix, "after" => after, "limit" => i64::from(limit) }
    };
    pages.map(page).to_vec()
}

fn pages(all: &[String]) -> Vec<Params> {
    let from = |key: &String, after: &str, line: i64, extra: &str| {
        map! { "key" => key, "after" => after, "afterLine" => line, "afterExtra" => extra }
    };
    let starts: Vec<Value> = all.iter().map(|key| from(key, "", -1, "")).collect();
    let middle = version("web", "1.1", None);
    let late: Vec<Value> = all.iter().map(|key| from(key, &middle, 4, "")).collect();
    let between: Vec<Value> = all.iter().map(|key| from(key, &middle, 5, "docs")).collect();
    let nowhere = vec![from(&"pkg:pypi/nowhere".to_owned(), "", -1, "")];
    let mixed = vec![
        starts[0].clone(),
        late[1].clone(),
        nowhere[0].clone(),
        starts[3].clone(),
    ];
    let sets = [
        (starts.clone(), 100),
        (starts, 2),
        (late, 3),
        (between, 2),
        (mixed, 1),
        (nowhere, 5),
        (Vec::new(), 5),
    ];
    sets.map(|(pages, limit)| params! { "pages" => pages, "limit" => i64::from(limit) })
        .to_vec()
}

fn environments() -> Vec<Environment> {
    [
        (Platform::LinuxX86_64, "3.7"),
        (Platform::LinuxAarch64, "3.6"),
        (Platform::WindowsX86_64, "3.8"),
        (Platform::MacosArm64, "3.12"),
    ]
    .map(|(platform, python)| Environment::for_platform(platform, python).unwrap())
    .to_vec()
}

fn wanted(name: &str, known: Option<&str>) -> Value {
    map! { "package" => package(name), "known" => known }
}

/// Packages that are not known yet, that have no revision, and that have another than the one known.
fn candidates() -> Vec<Params> {
    let everything = |known: Option<&str>| {
        PACKAGES
            .iter()
            .map(|name| wanted(name, known))
            .collect::<Vec<_>>()
    };
    let mixed = vec![
        wanted("lib", None),
        wanted("web", Some("another")),
        wanted("native", Some("")),
        wanted("nowhere", None),
        wanted("nowhere", Some("another")),
    ];
    let extras = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let requests = [
        (everything(None), extras(&[""]), "", vec![]),
        (
            everything(Some("another")),
            extras(&["", "test", "fast"]),
            "",
            vec![],
        ),
        (
            everything(Some("")),
            extras(&["", "docs"]),
            "2019-06-01T12:30:45.123456Z",
            vec![],
        ),
        (
            everything(None),
            extras(&["docs"]),
            "2019-06-01T12:30:45.123455Z",
            vec![],
        ),
        (everything(None), extras(&["", "fast"]), "", vec![MIRROR]),
        (
            everything(None),
            extras(&[""]),
            "2020-01-16T00:00:00.000000Z",
            vec![MIRROR, "default"],
        ),
        (mixed, extras(&["", "fast"]), "", vec![]),
        (
            vec![wanted("lib", None)],
            extras(&[""]),
            "2020-12-31T23:59:59.999999Z",
            vec!["default"],
        ),
        (Vec::new(), extras(&[""]), "", vec![]),
    ];
    let mut sets = Vec::new();
    for environment in environments() {
        let tags = environment.supported_tags();
        for (wanted, extras, as_of, indexes) in &requests {
            sets.push(params! {
                "wanted" => wanted.clone(), "extras" => extras.clone(), "asOf" => *as_of, "indexes" => indexes.clone(),
                "python" => environment.python_order(), "sysPlatform" => environment.markers.sys_platform(),
                "machine" => environment.markers.platform_machine(), "pythonAbi" => tags.python_abi.clone(),
                "platforms" => tags.platforms.clone(), "anyPythonAbi" => tags.any_python_abi.clone(),
            });
        }
    }
    sets
}

/// Rules of the fixture: one of a package, one of a package that no document has, one that has no package, one long gone.
const RULES: [&str; 4] = [
    "house:web.yaml#steps/Kept",
    "house:web.yaml#steps/New",
    "prescriptions:bare.yaml#boots/Every",
    "house:web.yaml#steps/Gone",
];

fn packages_of_rules() -> Vec<Params> {
    let named = ["web", "backport", "only-in-a-rule"].map(package).to_vec();
    let lists = [package_keys(), named, vec![package("nowhere")], Vec::new()];
    lists
        .into_iter()
        .map(|packages| params! { "packages" => packages })
        .collect()
}
