//! F1 averaged over classes, in the modules of many African and Arabic tasks.

use super::f1::Confusion;
use super::{Hook, HookKind, Module};
use crate::error::TaskError;
use crate::row::Row;
use yardstick_core::{Score, Value};

/// One line, in the folders of many tasks.
pub(super) static AFROBENCH: Module = Module {
    name: "afrobench.utils",
    sources: &["d0ebb65512d9f552ee9f17478ea3cba40d3c31fc785248ef4a6525fdf18d73be"],
    hooks: &[Hook { name: "afrobench.utils.weighted_f1_score", kind: HookKind::Aggregation(weighted_f1_score) }],
};

/// `AfriXNLI` with the classes as ANLI has them.
pub(super) static AFRIXNLI_ANLI: Module = Module {
    name: "afrixnli.anli prompt.utils",
    sources: &["c1cfe92751ffca6e996433908d6fd81b44e61a6fd772365f59615da26927194f"],
    hooks: &[
        Hook { name: "afrixnli.anli prompt.utils.doc_to_target", kind: HookKind::Value(anli) },
        Hook { name: "afrixnli.anli prompt.utils.weighted_f1_score", kind: HookKind::Aggregation(weighted_f1_score) },
    ],
};

/// `AfriXNLI` with the classes by their names.
pub(super) static AFRIXNLI: Module = Module {
    name: "afrixnli.utils",
    sources: &["da353b79ae670e9dfdabfb072ca091751216dfd7a13e696cb79ab7e8bb35f5b1"],
    hooks: &[
        Hook { name: "afrixnli.utils.doc_to_target", kind: HookKind::Value(named) },
        Hook { name: "afrixnli.utils.weighted_f1_score", kind: HookKind::Aggregation(weighted_f1_score) },
    ],
};

/// `AfriXNLI` with true, false and inconclusive.
pub(super) static AFRIXNLI_TRUE: Module = Module {
    name: "afrixnli.prompt_5.utils",
    sources: &["5333bec1a17f37cf348522c35f09f277a484729752f0f5fa299b9e4b14fbca0e"],
    hooks: &[
        Hook { name: "afrixnli.prompt_5.utils.doc_to_target", kind: HookKind::Value(inconclusive) },
        Hook { name: "afrixnli.prompt_5.utils.weighted_f1_score", kind: HookKind::Aggregation(weighted_f1_score) },
    ],
};

/// `AraDiCE`, in the folder of each of its tasks.
pub(super) static ARADICE: Module = Module {
    name: "aradice.metrics",
    sources: &["47597e2fd7dfb2734b5b709dd66c81547d108e32262bada950536c60f84a0c44"],
    hooks: &[
        Hook { name: "aradice.metrics.macro_f1_score", kind: HookKind::Aggregation(|s| Confusion::new(s).macro_f1()) },
        Hook { name: "aradice.metrics.micro_f1_score", kind: HookKind::Aggregation(|s| Confusion::new(s).micro_f1()) },
        Hook { name: "aradice.metrics.weighted_f1_score", kind: HookKind::Aggregation(weighted_f1_score) },
    ],
};

pub(super) fn weighted_f1_score(scores: &[Score]) -> f64 {
    Confusion::new(scores).weighted_f1()
}

fn anli(row: Row) -> Result<Value, TaskError> {
    word(row, ["True", "Neither", "False"])
}

pub(super) fn named(row: Row) -> Result<Value, TaskError> {
    word(row, ["entailment", "neutral", "contradiction"])
}

fn inconclusive(row: Row) -> Result<Value, TaskError> {
    word(row, ["true", "false", "inconclusive"])
}

/// The label's word.
fn word(row: Row, words: [&str; 3]) -> Result<Value, TaskError> {
    let label = row.int("label")?;
    let word = usize::try_from(label).ok().and_then(|label| words.get(label));
    word.map(|word| Value::from(*word)).ok_or_else(|| row.bad("label", "0, 1 or 2", &Value::Int(label)))
}
