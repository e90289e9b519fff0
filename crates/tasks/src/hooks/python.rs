//! The Python files that the hooks stand in for.

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Modules that hooks were written after, with the sha256 of their files in lm-eval 0.4.13.
const MODULES: &[(&str, &str)] = &[
    ("copa.utils", "0be98a907db647a518c42c916a61385b64f394cf9d0171b5cb86b7a036282de7"),
    ("hellaswag.utils", "07d23b60b28f2a4f658dcf8440623a63fe6644854ce9b846a114dde980dc1214"),
    ("wikitext.preprocess_wikitext", "a44020374b172159bf5be80a64d2c4194c9d5c77284f696ac666361338c8da7d"),
    ("winogrande.preprocess_winogrande", "e55327629264a98f1d383fda24645b6779afb53fa0bce2150042b9416b1ae006"),
];

/// The Python file that `function` means when written in `file`, if there is one and it is not the one that the hook was
/// written after: then the user's function and the hook may differ.
pub(crate) fn different_source(hook: &str, function: &str, file: &str) -> Option<PathBuf> {
    let module = function.rsplit_once('.')?.0.replace('.', "/");
    let path = Path::new(file).parent()?.join(module).with_extension("py");
    let digest = yardstick_core::hex(&Sha256::digest(std::fs::read(&path).ok()?));
    let known = MODULES.iter().find(|(module, _)| hook.rsplit_once('.').is_some_and(|(own, _)| own == *module));
    known.is_none_or(|(_, sha256)| *sha256 != digest).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::HOOKS;

    #[test]
    fn every_hook_has_a_module() {
        for hook in HOOKS {
            let module = hook.name.rsplit_once('.').unwrap().0;
            assert!(MODULES.iter().any(|(known, _)| *known == module), "{module}");
        }
    }
}
