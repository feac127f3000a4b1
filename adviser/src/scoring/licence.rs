//! Under which licences a release may be used, as far as its metadata says.

use spdx::{Expression, LicenseItem, ParseMode};

use super::evidence::LicenceStatement;
use super::policy::LicencePolicy;

/// What a policy says of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It may be used.
    Permitted,
    /// It may not.
    Refused,
    /// Its licence cannot be told.
    Unknown,
}

/// Classifiers behind `License :: OSI Approved ::` (or `License ::`) that name one licence, and its SPDX id.
const CLASSIFIERS: &[(&str, &str)] = &[
    ("Academic Free License (AFL)", "AFL-3.0"),
    ("Apache Software License", "Apache-2.0"),
    ("BSD License", "BSD-3-Clause"),
    ("Boost Software License 1.0 (BSL-1.0)", "BSL-1.0"),
    ("CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", "CC0-1.0"),
    ("Eclipse Public License 2.0 (EPL-2.0)", "EPL-2.0"),
    ("GNU Affero General Public License v3", "AGPL-3.0-only"),
    (
        "GNU Affero General Public License v3 or later (AGPLv3+)",
        "AGPL-3.0-or-later",
    ),
    ("GNU General Public License v2 (GPLv2)", "GPL-2.0-only"),
    (
        "GNU General Public License v2 or later (GPLv2+)",
        "GPL-2.0-or-later",
    ),
    ("GNU General Public License v3 (GPLv3)", "GPL-3.0-only"),
    (
        "GNU General Public License v3 or later (GPLv3+)",
        "GPL-3.0-or-later",
    ),
    ("GNU Lesser General Public License v2 (LGPLv2)", "LGPL-2.0-only"),
    (
        "GNU Lesser General Public License v2 or later (LGPLv2+)",
        "LGPL-2.0-or-later",
    ),
    ("GNU Lesser General Public License v3 (LGPLv3)", "LGPL-3.0-only"),
    (
        "GNU Lesser General Public License v3 or later (LGPLv3+)",
        "LGPL-3.0-or-later",
    ),
    ("ISC License (ISCL)", "ISC"),
    ("MIT License", "MIT"),
    ("MIT No Attribution License (MIT-0)", "MIT-0"),
    ("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"),
    ("Python Software Foundation License", "PSF-2.0"),
    ("The Unlicense (Unlicense)", "Unlicense"),
    ("Zope Public License", "ZPL-2.1"),
    ("zlib/libpng License", "Zlib"),
];

/// What the policy says of a release that says this of itself. The field of the metadata counts where it is an SPDX
/// expression or a name by which one licence goes; else the classifiers, every one of which must be permitted.
pub(super) fn verdict(policy: &LicencePolicy, stated: &LicenceStatement) -> (Verdict, String) {
    let read = stated
        .text
        .as_deref()
        .and_then(expression)
        .or_else(|| of_classifiers(&stated.classifiers));
    let Some(expression) = read else {
        return (Verdict::Unknown, "its licence cannot be told".to_owned());
    };
    let permitted = expression.evaluate(|wanted| {
        let name = match &wanted.license {
            LicenseItem::Spdx { id, .. } => id.name,
            LicenseItem::Other(_) => return false,
        };
        !policy.denied.contains(name) && (policy.allowed.is_empty() || policy.allowed.contains(name))
    });
    let verdict = if permitted {
        Verdict::Permitted
    } else {
        Verdict::Refused
    };
    (verdict, expression.to_string())
}

/// An expression, or the name of one licence; a whole text is neither.
fn expression(text: &str) -> Option<Expression> {
    let text = text.trim();
    if let Ok(read) = Expression::parse_mode(text, ParseMode::LAX) {
        return Some(read);
    }
    let (id, length) = spdx::imprecise_license_id(text)?;
    let rest = text.get(length..).unwrap_or_default().trim();
    let is_whole =
        rest.is_empty() || rest.eq_ignore_ascii_case("license") || rest.eq_ignore_ascii_case("licence");
    is_whole.then(|| Expression::parse(id.name).ok()).flatten()
}

fn of_classifiers(classifiers: &[String]) -> Option<Expression> {
    let ids: Option<Vec<&str>> = classifiers
        .iter()
        .filter_map(|classifier| classifier.strip_prefix("License :: "))
        .map(|name| name.strip_prefix("OSI Approved :: ").unwrap_or(name))
        .filter(|name| *name != "OSI Approved")
        .map(|name| {
            CLASSIFIERS
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, id)| *id)
        })
        .collect();
    let ids = ids.filter(|ids| !ids.is_empty())?;
    Expression::parse(&ids.join(" AND ")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(allowed: &[&str], denied: &[&str], text: Option<&str>, classifiers: &[&str]) -> Verdict {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let policy = LicencePolicy {
            allowed: owned(allowed),
            denied: owned(denied),
        };
        let stated = LicenceStatement {
            text: text.map(str::to_owned),
            classifiers: classifiers.iter().map(|name| (*name).to_owned()).collect(),
        };
        verdict(&policy, &stated).0
    }

    #[test]
    fn expressions_names_and_classifiers_are_understood() {
        use Verdict::{Permitted, Refused, Unknown};
        assert_eq!(asked(&["MIT"], &[], Some("MIT"), &[]), Permitted);
        assert_eq!(asked(&["MIT"], &[], Some("MIT License"), &[]), Permitted);
        assert_eq!(asked(&["MIT"], &[], Some("Apache-2.0"), &[]), Refused);
        assert_eq!(
            asked(&[], &["GPL-3.0-only"], Some("GPL-3.0-only OR MIT"), &[]),
            Permitted
        );
        assert_eq!(asked(&[], &["MIT"], Some("Apache-2.0 AND MIT"), &[]), Refused);
        let mit = "License :: OSI Approved :: MIT License";
        let gpl = "License :: OSI Approved :: GNU General Public License v3 (GPLv3)";
        assert_eq!(asked(&["MIT"], &[], None, &["Topic :: Internet", mit]), Permitted);
        assert_eq!(asked(&["MIT"], &[], Some("see LICENSE"), &[mit]), Permitted);
        assert_eq!(asked(&[], &["GPL-3.0-only"], None, &[mit, gpl]), Refused);
        assert_eq!(
            asked(&["MIT"], &[], None, &["License :: Other/Proprietary License"]),
            Unknown
        );
        assert_eq!(asked(&["MIT"], &[], None, &[]), Unknown);
        assert_eq!(
            asked(
                &["MIT"],
                &[],
                Some("Permission is hereby granted, free of charge"),
                &[]
            ),
            Unknown
        );
    }

    #[test]
    fn every_classifier_names_a_licence_of_spdx() {
        for (name, id) in CLASSIFIERS {
            assert!(spdx::license_id(id).is_some(), "{name}: {id}");
        }
    }
}
