//! Names as the data store takes them.

use yardstick_core::ModelCard;

/// Names that some system keeps for itself, and the store's own.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "data", "unknown"];

/// Who made a model, and what it is called. The bundled ones are ours; of a folder only its name is known.
pub(super) fn identity(model: &ModelCard) -> (String, String) {
    let developer = if model.source == "bundled" { "yardstick" } else { "local" };
    let parts = model.name.split('/').filter(|part| !matches!(part.trim(), "" | "." | ".."));
    let name = parts.collect::<Vec<_>>().join("_");
    (developer.to_owned(), if name.is_empty() { "model".to_owned() } else { name })
}

/// A name as one part of a path: what file systems refuse becomes `_`.
pub(super) fn component(name: &str) -> String {
    let is_refused = |c: char| "<>:\"\\|?*/".contains(c) || c.is_control();
    let text: String = name.trim().chars().map(|c| if is_refused(c) { '_' } else { c }).collect();
    let text = text.trim_end_matches(['.', ' ']);
    let stem = text.split('.').next().unwrap_or_default().to_lowercase();
    let is_port = stem.len() == 4 && ["com", "lpt"].iter().any(|port| stem.starts_with(port));
    if text.is_empty() || is_port || RESERVED.contains(&stem.as_str()) { format!("_{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn parts_of_paths() {
        for (name, wanted) in [
            ("hellaswag", "hellaswag"),
            ("lambada@gpt2", "lambada@gpt2"),
            ("a/b:c", "a_b_c"),
            ("../x", ".._x"),
            ("..", "_"),
            ("", "_"),
            ("data", "_data"),
            ("NUL.txt", "_NUL.txt"),
            ("com1", "_com1"),
            ("ends. ", "ends"),
            ("n\0m", "n_m"),
        ] {
            assert_eq!(component(name), wanted);
        }
    }

    #[test]
    fn developers() {
        let mut model = testing::model("gpt2-micro", "gpt2", 1);
        assert_eq!(identity(&model), ("yardstick".to_owned(), "gpt2-micro".to_owned()));
        model.source = "/models/mine".to_owned();
        model.name = "../mine/v2/".to_owned();
        assert_eq!(identity(&model), ("local".to_owned(), "mine_v2".to_owned()));
        model.name = "..".to_owned();
        assert_eq!(identity(&model).1, "model");
    }
}
