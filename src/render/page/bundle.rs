//! One script and one style sheet per kind of page, made of the modules of the theme: a page asks for few files.
//!
//! - Enters: the static files of the theme and the modules that its settings name for each kind of page.
//! - Leaves: the same files, where the modules that a page runs are one file, in the order of their imports.
//! - Stays out: minification; the library of the map, which a module imports when it needs it (`import("./…")`).
//!
//! A module is what the theme writes: `import { a, b as c } from "./x.js"`, `import * as x from "./x.js"`,
//! `import "./x.js"`, `export` before a function, a class or a constant, `export { a, b as c }`, each at the start of a
//! line. Anything else that starts so is refused, with its line. Modules see each other's exports and nothing more: each
//! becomes a function that is called once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use crate::diag::{Diagnostic, Diagnostics, Result};

/// Makes one script of some modules and of all they import.
///
/// # Errors
/// A module that is not there, a form that is not known, modules that import each other in a circle.
pub(super) fn script(assets: &BTreeMap<String, Vec<u8>>, entries: &[String], folder: &Path) -> Result<Vec<u8>> {
    let mut graph = Graph {
        assets,
        folder,
        modules: Vec::new(),
        open: Vec::new(),
    };
    for entry in entries {
        graph.visit(entry, None)?;
    }
    let mut out = String::new();
    for (name, module) in &graph.modules {
        let entry = entries.contains(name);
        // Writing to a string cannot fail.
        let _ = writeln!(out, "// {name}");
        let value = variable(name);
        // An entry that fails must not stop the others.
        out.push_str(if entry { "try {\n(() => {\n" } else { "" });
        if !entry {
            let _ = writeln!(out, "const {value} = (() => {{");
        }
        out.push_str(&module.code);
        if entry {
            out.push_str("})();\n} catch (error) {\n  reportError(error);\n}\n");
        } else {
            let _ = writeln!(out, "return {{ {} }};\n}})();", module.exports.join(", "));
        }
    }
    Ok(out.into_bytes())
}

/// Names of the modules that some entries run, themselves included.
pub(super) fn reached(
    assets: &BTreeMap<String, Vec<u8>>,
    entries: &[String],
    folder: &Path,
) -> Result<BTreeSet<String>> {
    let mut graph = Graph {
        assets,
        folder,
        modules: Vec::new(),
        open: Vec::new(),
    };
    for entry in entries {
        graph.visit(entry, None)?;
    }
    Ok(graph.modules.into_iter().map(|(name, _)| name).collect())
}

struct Module {
    /// What is exported: `name` or `name: local`.
    exports: Vec<String>,
    code: String,
}

struct Graph<'a> {
    assets: &'a BTreeMap<String, Vec<u8>>,
    folder: &'a Path,
    /// Modules, each after those that it imports.
    modules: Vec<(String, Module)>,
    /// Modules being read, to see a circle.
    open: Vec<String>,
}

impl Graph<'_> {
    /// Reads a module after all it imports; `from` is where it is asked for.
    fn visit(&mut self, name: &str, from: Option<(&str, usize)>) -> Result<()> {
        if self.modules.iter().any(|(known, _)| known == name) {
            return Ok(());
        }
        let place = |d: Diagnostic| match from {
            Some((file, line)) => d.at(self.folder.join("static").join(file)).line(line),
            None => d.at(self.folder.join("theme.toml")),
        };
        if self.open.iter().any(|known| known == name) {
            return Err(place(Diagnostic::error(format!(
                "modules en cercle : « {} »",
                self.open.join(" → ")
            )))
            .hint("déplacer ce qui leur est commun dans un troisième module")
            .into());
        }
        let Some(bytes) = self.assets.get(name) else {
            let scripts = self.assets.keys().map(String::as_str).filter(|n| n.ends_with(".js"));
            return Err(place(Diagnostic::error(format!("module « {name} » introuvable")))
                .suggest(name, scripts)
                .into());
        };
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.open.push(name.to_owned());
        let module = self.read(name, &text)?;
        self.open.pop();
        self.modules.push((name.to_owned(), module));
        Ok(())
    }

    fn read(&mut self, name: &str, text: &str) -> Result<Module> {
        let mut found = Diagnostics::new();
        let mut module = Module {
            exports: Vec::new(),
            code: String::new(),
        };
        let mut lines = text.lines().enumerate();
        while let Some((i, first)) = lines.next() {
            let statement = ["import ", "import{", "import\"", "export ", "export{"]
                .iter()
                .any(|start| first.starts_with(start));
            if !statement {
                if first.starts_with("await ") {
                    found.push(self.unknown(name, i, first));
                }
                module.code.push_str(first);
                module.code.push('\n');
                continue;
            }
            let mut line = first.to_owned();
            // A list of names may go over several lines.
            let list = first.starts_with("import") || first.starts_with("export {") || first.starts_with("export{");
            while list && !line.trim_end().ends_with(';') {
                let Some((_, more)) = lines.next() else { break };
                line.push(' ');
                line.push_str(more);
            }
            if let Some(import) = Import::parse(&line) {
                self.visit(import.from, Some((name, i + 1)))?;
                import.write(&mut module.code);
            } else if let Some(names) = listed(&line) {
                module.exports.extend(names);
            } else if let Some((declared, rest)) = declared(&line) {
                module.exports.push(declared);
                module.code.push_str(rest);
                module.code.push('\n');
            } else {
                found.push(self.unknown(name, i, first));
            }
        }
        if found.is_empty() {
            Ok(module)
        } else {
            Err(found.sorted())
        }
    }

    fn unknown(&self, name: &str, line: usize, text: &str) -> Diagnostic {
        Diagnostic::error(format!("module : « {} » n’est pas compris", text.trim()))
            .at(self.folder.join("static").join(name))
            .line(line + 1)
            .hint(
                "formes connues, en début de ligne : import { a, b as c } from \"./x.js\" ; import * as x from \"./x.js\" ; \
                 import \"./x.js\" ; export function, class ou const ; export { a }",
            )
    }
}

struct Import<'a> {
    /// What is bound: `{ a, b: c }` or a name; nothing when the module is only run.
    bound: String,
    from: &'a str,
}

impl<'a> Import<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let rest = line.strip_prefix("import")?.trim().strip_suffix(';')?.trim_end();
        let (what, from) = match rest.split_once(" from ") {
            Some((what, from)) => (what.trim(), from.trim()),
            None => ("", rest),
        };
        let quoted = from.strip_prefix('"').and_then(|f| f.strip_suffix('"'))?;
        let from = quoted.strip_prefix("./")?;
        let bound = if what.is_empty() {
            String::new()
        } else if let Some(name) = what.strip_prefix("* as ") {
            identifier(name)?.to_owned()
        } else {
            format!("{{ {} }}", pairs(what, false)?.join(", "))
        };
        Some(Self { bound, from })
    }

    fn write(&self, code: &mut String) {
        if !self.bound.is_empty() {
            let _ = writeln!(code, "const {} = {};", self.bound, variable(self.from));
        }
    }
}

/// Reads `{ a, b as c }` into `a`, `b: c`, or `c: b` for what is exported.
fn pairs(list: &str, exported: bool) -> Option<Vec<String>> {
    let inner = list.trim().strip_prefix('{')?.strip_suffix('}')?;
    inner
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| match item.split_once(" as ") {
            None => identifier(item).map(str::to_owned),
            Some((a, b)) => {
                let (a, b) = (identifier(a.trim())?, identifier(b.trim())?);
                Some(if exported {
                    format!("{b}: {a}")
                } else {
                    format!("{a}: {b}")
                })
            }
        })
        .collect()
}

/// Names of `export { a, b as c };`.
fn listed(line: &str) -> Option<Vec<String>> {
    pairs(line.strip_prefix("export")?.trim().strip_suffix(';')?, true)
}

/// Name of `export function f(…`, `export async function f(…`, `export class C`, `export const x =`, and the line bare.
fn declared(line: &str) -> Option<(String, &str)> {
    let rest = line.strip_prefix("export ")?;
    let after = ["async function ", "function ", "class ", "const "]
        .iter()
        .find_map(|start| rest.strip_prefix(start))?;
    let end = after
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$'))
        .unwrap_or(after.len());
    Some((identifier(&after[..end])?.to_owned(), rest))
}

fn identifier(name: &str) -> Option<&str> {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    (!name.is_empty() && name.chars().all(good) && !name.starts_with(|c: char| c.is_ascii_digit())).then_some(name)
}

/// Name that holds what a module exports.
fn variable(name: &str) -> String {
    let mut out = String::from("$");
    for c in name.trim_end_matches(".js").chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else {
            // Two names never become one.
            let _ = write!(out, "_{:x}_", u32::from(c));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(files: &[(&str, &str)], entries: &[&str]) -> std::result::Result<String, String> {
        let assets = files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
            .collect();
        let entries: Vec<String> = entries.iter().map(|e| (*e).to_owned()).collect();
        script(&assets, &entries, Path::new("themes/essai"))
            .map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
            .map_err(|e| e.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn modules_come_after_what_they_import() {
        let text = made(
            &[
                (
                    "a.js",
                    "import { f, g as h } from \"./b.js\";\nimport * as c from \"./c.js\";\nf(h, c.x);\n",
                ),
                (
                    "b.js",
                    "import \"./c.js\";\nexport function f() {}\nconst i = 1;\nexport { i as g };\n",
                ),
                ("c.js", "export const x = 1;\nexport async function y() {}\n"),
            ],
            &["a.js"],
        );
        assert_eq!(
            text.as_deref(),
            Ok(
                "// c.js\nconst $c = (() => {\nconst x = 1;\nasync function y() {}\nreturn { x, y };\n})();\n\
                // b.js\nconst $b = (() => {\nfunction f() {}\nconst i = 1;\nreturn { f, g: i };\n})();\n\
                // a.js\ntry {\n(() => {\nconst { f, g: h } = $b;\nconst c = $c;\nf(h, c.x);\n})();\n} catch (error) {\n  \
                reportError(error);\n}\n"
            )
        );
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_line() {
        for text in [
            "export default 1;",
            "export let x = 1;",
            "import x from \"./b.js\";",
            "export * from \"./b.js\";",
            "await f();",
        ] {
            let said = made(&[("a.js", &format!("\n{text}\n")), ("b.js", "")], &["a.js"]).expect_err(text);
            assert!(said.contains("a.js:2") && said.contains(text), "{said}");
        }
        let circle = made(
            &[("a.js", "import \"./b.js\";"), ("b.js", "import \"./a.js\";")],
            &["a.js"],
        );
        assert!(circle.expect_err("a circle").contains("b.js:1"));
        let missing = made(&[("a.js", "import \"./comun.js\";"), ("commun.js", "")], &["a.js"]).expect_err("missing");
        assert!(missing.contains("commun.js"), "{missing}");
    }

    #[test]
    fn names_stay_apart() {
        assert_ne!(variable("a-b.js"), variable("a_b.js"));
        assert!(identifier(&variable("x/a-b.js")).is_some());
    }
}
