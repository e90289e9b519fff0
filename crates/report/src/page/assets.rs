//! The page's shell, styles and scripts, and how they become one file.

use crate::hash::sha256_base64;

const SHELL: &str = include_str!("assets/page.html");
const STYLES: &str = include_str!("assets/page.css");

/// The scripts in the order in which they run. Each is an ES module of its own; in the page they are one.
pub(super) const MODULES: &[(&str, &str)] = &[
    ("dom.js", include_str!("assets/dom.js")),
    ("store.js", include_str!("assets/store.js")),
    ("format.js", include_str!("assets/format.js")),
    ("text.js", include_str!("assets/text.js")),
    ("table.js", include_str!("assets/table.js")),
    ("heat.js", include_str!("assets/heat.js")),
    ("plot.js", include_str!("assets/plot.js")),
    ("figures.js", include_str!("assets/figures.js")),
    ("overview.js", include_str!("assets/overview.js")),
    ("documents.js", include_str!("assets/documents.js")),
    ("task.js", include_str!("assets/task.js")),
    ("model.js", include_str!("assets/model.js")),
    ("compare.js", include_str!("assets/compare.js")),
    ("document.js", include_str!("assets/document.js")),
    ("theme.js", include_str!("assets/theme.js")),
    ("live.js", include_str!("assets/live.js")),
    ("main.js", include_str!("assets/main.js")),
];

/// The page with its data (JSON) and the embedded documents (a JSON list), if it has them in itself.
pub(super) fn page(data: &str, embedded: Option<&str>) -> String {
    let script = script();
    // The page may run its own script and the pieces that this script loads, show its own styles and pictures, and nothing else.
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}' 'strict-dynamic'; style-src 'sha256-{}'; img-src data: 'self' file:; \
         base-uri 'none'; form-action 'none'",
        sha256_base64(&script),
        sha256_base64(STYLES),
    );
    fill(
        SHELL,
        &[
            ("policy", &policy),
            ("styles", STYLES),
            ("data", &inert(data)),
            ("pieces", &inert(embedded.unwrap_or("null"))),
            ("script", &script),
        ],
    )
}

/// Replaces each `{{name}}` of the shell once, from left to right, so that no value is looked into.
fn fill(shell: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(shell.len() + values.iter().map(|value| value.1.len()).sum::<usize>());
    let mut rest = shell;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, behind)) = after.split_once("}}") else { break };
        out.push_str(values.iter().find(|value| value.0 == name).map_or("", |value| value.1));
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// JSON that is text wherever it stands in a page or script: no tag can begin in it, and no line end.
pub(super) fn inert(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// All modules as one: their imports name one another, and in one module every name is there already.
fn script() -> String {
    let mut out = String::from("\n");
    for (name, source) in MODULES {
        out.extend(["// ", name, "\n"]);
        for line in source.lines().filter(|line| !line.starts_with("import ")) {
            out.push_str(line.strip_prefix("export ").unwrap_or(line));
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Names at the top level of a module, and whether each is exported.
    fn names(source: &str) -> Vec<(String, bool)> {
        let declared = |line: &str| {
            let (exported, line) = line.strip_prefix("export ").map_or((false, line), |rest| (true, rest));
            let kinds = ["function ", "async function ", "const ", "let ", "class "];
            let rest = kinds.iter().find_map(|kind| line.strip_prefix(kind))?;
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
            Some((rest[..end].to_owned(), exported))
        };
        source.lines().filter_map(declared).collect()
    }

    #[test]
    fn modules_share_no_name() {
        let mut owner = BTreeMap::new();
        for (module, source) in MODULES {
            for (name, _) in names(source) {
                assert_eq!(owner.insert(name.clone(), module), None, "{name} of {module} is there twice");
            }
        }
    }

    #[test]
    fn imports_name_what_an_earlier_module_exports() {
        for (at, (module, source)) in MODULES.iter().enumerate() {
            for line in source.lines().filter(|line| line.starts_with("import ")) {
                let (wanted, from) = line[7..].split_once(" from ").expect("an import names its module");
                let from = from.trim_start_matches("\"./").trim_end_matches("\";");
                let known = MODULES[..at].iter().find(|(name, _)| *name == from);
                let exported = names(known.unwrap_or_else(|| panic!("{module}: {from} is no earlier module")).1);
                for name in wanted.trim_matches(|c| "{} ".contains(c)).split(',') {
                    assert!(exported.contains(&(name.trim().to_owned(), true)), "{module}: {from} exports no {name}");
                }
            }
        }
    }

    #[test]
    fn json_cannot_end_its_element() {
        let json = inert("{\"a\":\"</script><!--\u{2028}\u{2029}\"}");
        assert_eq!(json, "{\"a\":\"\\u003c/script>\\u003c!--\\u2028\\u2029\"}");
    }

    #[test]
    fn the_script_cannot_end_its_element() {
        let script = script().to_lowercase();
        assert!(!script.contains("</script") && !script.contains("<!--"));
        assert!(!STYLES.contains("</style"));
    }

    #[test]
    fn values_are_not_looked_into() {
        assert_eq!(fill("a {{x}} b {{y}}", &[("x", "{{y}}"), ("y", "2")]), "a {{y}} b 2");
    }
}
